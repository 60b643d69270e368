(** The analog update of one element: closed form, drift, step, and what keeps a weight in its box.

    A device answers positive pulses with q+ and negative ones with q-, both functions of the weight.  The
    asymmetric linear device has q+ = 1 - w/tau and q- = 1 + w/tau. *)

From Coq Require Import Reals Lra Psatz.
Local Open Scope R_scope.

(** * Responses in general *)

Definition update (up down : R -> R) (w D : R) : R :=
  if Rle_dec 0 D then w + D * up w else w + D * down w.

Theorem update_symmetric_and_asymmetric up down w D :
  update up down w D = w + D * ((down w + up w) / 2) - Rabs D * ((down w - up w) / 2).
Proof.
  unfold update. destruct (Rle_dec 0 D) as [P|N].
  - rewrite Rabs_pos_eq by exact P. lra.
  - rewrite Rabs_left by lra. lra.
Qed.

(** A device U takes the step gain D from w, up to the fraction gamma of it: all that the theorems ask of it. *)
Definition responds (U : R -> R -> R) (gain gamma w D : R) : Prop :=
  Rabs (U w D - (w + gain * D)) <= gamma * (gain * Rabs D).

Lemma responds_size gain gamma alpha g : 0 <= gain -> 0 <= alpha ->
  gamma * (gain * Rabs (- alpha * g)) = gamma * (alpha * gain * Rabs g).
Proof. intros G A. rewrite Rabs_mult, Rabs_Ropp, (Rabs_pos_eq alpha) by exact A. ring. Qed.

(** What a step of the direction g makes beyond alpha gain g is at most gamma |g|, in units of alpha gain. *)
(* Claim: response.drift *)
Theorem drift_of_response U alpha gain gamma w g :
  0 < alpha -> 0 < gain -> responds U gain gamma w (- alpha * g) ->
  Rabs (- (U w (- alpha * g) - w) / (alpha * gain) - g) <= gamma * Rabs g.
Proof.
  intros A G Resp. unfold responds in Resp. rewrite responds_size in Resp by lra.
  assert (P : 0 < alpha * gain) by now apply Rmult_lt_0_compat. set (u := U w (- alpha * g)) in *.
  replace (- (u - w) / (alpha * gain) - g) with (- / (alpha * gain) * (u - (w + gain * (- alpha * g)))) by (field; lra).
  rewrite Rabs_mult, Rabs_Ropp, (Rabs_pos_eq (/ _)) by (left; now apply Rinv_0_lt_compat).
  apply Rmult_le_reg_l with (alpha * gain); [exact P|]. rewrite <- Rmult_assoc, Rinv_r, Rmult_1_l by lra. lra.
Qed.

(* Claim: device.step *)
Theorem step_of_response U alpha gain gamma w g :
  0 <= alpha -> 0 <= gain -> responds U gain gamma w (- alpha * g) ->
  Rabs (U w (- alpha * g) - w) <= alpha * gain * (1 + gamma) * Rabs g.
Proof.
  intros A G Resp. unfold responds in Resp. rewrite responds_size in Resp by assumption.
  pose proof (Rabs_triang (U w (- alpha * g) - (w + gain * (- alpha * g))) (gain * (- alpha * g))) as T.
  replace (U w (- alpha * g) - (w + gain * (- alpha * g)) + gain * (- alpha * g)) with (U w (- alpha * g) - w) in T
    by ring.
  rewrite (Rabs_mult gain), (Rabs_mult (- alpha)), Rabs_Ropp, (Rabs_pos_eq alpha), (Rabs_pos_eq gain) in T
    by assumption. lra.
Qed.

(** * The asymmetric linear device *)

Definition up (tau w : R) : R := 1 - w / tau.
Definition down (tau w : R) : R := 1 + w / tau.
Definition ald (tau w D : R) : R := update (up tau) (down tau) w D.

(* Claim: device.closed_form *)
Theorem closed_form tau w D : ald tau w D = w + D - Rabs D * w / tau.
Proof. unfold ald. rewrite update_symmetric_and_asymmetric. unfold up, down, Rdiv. lra. Qed.

Lemma saturation_ratio tau rho w : 0 < tau -> Rabs w <= rho * tau -> Rabs (w / tau) <= rho.
Proof.
  intros T S. unfold Rdiv. rewrite Rabs_mult, (Rabs_pos_eq (/ tau)) by (left; now apply Rinv_0_lt_compat).
  apply Rmult_le_reg_r with tau; [exact T|]. rewrite Rmult_assoc, Rinv_l; lra.
Qed.

(* Claim: device.drift *)
Theorem drift tau rho w g : 0 < tau -> Rabs w <= rho * tau -> Rabs (Rabs g * w / tau) <= rho * Rabs g.
Proof.
  intros T S. replace (Rabs g * w / tau) with (w / tau * Rabs g) by (unfold Rdiv; ring).
  rewrite Rabs_mult, Rabs_Rabsolu. apply Rmult_le_compat_r; [apply Rabs_pos | now apply saturation_ratio].
Qed.

(** The device takes the step D up to a relative error rho. *)
Theorem ald_distortion tau rho w D :
  0 < tau -> Rabs w <= rho * tau -> Rabs (ald tau w D - (w + D)) <= rho * Rabs D.
Proof.
  intros T S. rewrite closed_form. replace (w + D - Rabs D * w / tau - (w + D)) with (- (Rabs D * w / tau)) by lra.
  rewrite Rabs_Ropp. now apply drift.
Qed.

Theorem linear_responds tau s w D :
  0 < tau -> Rabs w <= s * tau -> responds (ald tau) 1 s w D.
Proof.
  intros T W. unfold responds. pose proof (ald_distortion tau s w D T W) as A. rewrite !Rmult_1_l. exact A.
Qed.

Theorem step_bound tau rho alpha w g :
  0 < tau -> 0 <= alpha -> Rabs w <= rho * tau -> Rabs (ald tau w (- alpha * g) - w) <= alpha * (1 + rho) * Rabs g.
Proof.
  intros T A S. pose proof (step_of_response (ald tau) alpha 1 rho w g A Rle_0_1 (linear_responds tau rho w _ T S)) as
    B.
  now rewrite Rmult_1_r in B.
Qed.

(** * Certified saturation (docs/theory.md#device.inward) *)

(* Claim: device.box *)
Theorem box tau w D : 0 < tau -> Rabs w <= tau -> Rabs D <= tau -> Rabs (ald tau w D) <= tau.
Proof.
  intros T W D'. rewrite closed_form.
  (* (1 - |D|/tau) w + (|D|/tau) (+-tau): an average of points in the box *)
  replace (w + D - Rabs D * w / tau) with (w * (1 - Rabs D / tau) + D) by (field; lra).
  apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_mult.
  pose proof (Rabs_pos D).
  assert (Q : 0 <= Rabs D / tau <= 1).
  { unfold Rdiv. split; [apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat]|].
    apply Rmult_le_reg_r with tau; [exact T|]. rewrite Rmult_assoc, Rinv_l; lra. }
  rewrite (Rabs_pos_eq (1 - Rabs D / tau)) by lra.
  apply Rle_trans with (tau * (1 - Rabs D / tau) + Rabs D); [|apply Req_le; field; lra].
  apply Rplus_le_compat_r, Rmult_le_compat_r; lra.
Qed.

(** One step: a weight past c that is pushed back, or one short of it that is pushed anywhere. *)
Lemma inward_step tau c reach w D :
  0 < tau -> 0 <= c -> Rabs D <= reach -> reach <= tau -> (c <= Rabs w -> D * w <= 0) ->
  Rabs (ald tau w D) <= Rmax (Rabs w) (c + reach).
Proof.
  intros T C HD Hr Sign. rewrite closed_form.
  replace (w + D - Rabs D * w / tau) with (w * (1 - Rabs D / tau) + D) by (field; lra).
  pose proof (Rabs_pos D). pose proof (Rabs_pos w).
  pose proof (Rmax_l (Rabs w) (c + reach)). pose proof (Rmax_r (Rabs w) (c + reach)).
  assert (Q : 0 <= Rabs D / tau <= 1).
  { unfold Rdiv. split; [apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat]|].
    apply Rmult_le_reg_r with tau; [exact T|]. rewrite Rmult_assoc, Rinv_l; lra. }
  set (y := Rabs D / tau) in *.
  assert (Shrunk : Rabs (w * (1 - y)) <= Rabs w).
  { rewrite Rabs_mult, (Rabs_pos_eq (1 - y)) by lra. rewrite <- (Rmult_1_r (Rabs w)) at 2.
    apply Rmult_le_compat_l; lra. }
  destruct (Rlt_le_dec (Rabs w) c) as [In|Out].
  - pose proof (Rabs_triang (w * (1 - y)) D). lra.
  - specialize (Sign Out).
    (* the shrunk weight and the pulse have opposite signs, so they do not add up *)
    assert (Opp : w * (1 - y) * D <= 0).
    { replace (w * (1 - y) * D) with (- ((1 - y) * (- (D * w)))) by ring.
      pose proof (Rmult_le_pos (1 - y) (- (D * w))). lra. }
    assert (M : Rabs (w * (1 - y) + D) <= Rmax (Rabs (w * (1 - y))) (Rabs D)).
    { set (u := w * (1 - y)) in *. unfold Rmax.
      destruct (Rle_dec (Rabs u) (Rabs D)); unfold Rabs in *;
        destruct (Rcase_abs u), (Rcase_abs D), (Rcase_abs (u + D)); try lra; nra. }
    apply Rle_trans with (1 := M). apply Rmax_lub; lra.
Qed.

(** The same on one side: no further up than [top]. *)
(* Claim: device.inward *)
Theorem inward_one_side tau c reach top w D :
  0 < tau -> 0 <= c -> Rabs D <= reach -> reach <= tau -> w <= top -> c + reach <= top ->
  c <= w /\ D <= 0 \/ w <= c -> ald tau w D <= top.
Proof.
  intros T C HD Hr Top Far Where. rewrite closed_form.
  pose proof (Rabs_pos D) as DP. pose proof (Rle_abs D) as DA.
  assert (Q : 0 <= Rabs D / tau <= 1).
  { unfold Rdiv. split; [apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat]|].
    apply Rmult_le_reg_r with tau; [exact T|]. rewrite Rmult_assoc, Rinv_l; lra. }
  replace (w + D - Rabs D * w / tau) with (w * (1 - Rabs D / tau) + D) by (field; lra).
  set (y := Rabs D / tau) in *. destruct Where as [[Above Down]|Below].
  - pose proof (Rmult_le_pos w y ltac:(lra) (proj1 Q)). lra.
  - pose proof (Rmult_le_compat_r (1 - y) _ _ ltac:(lra) Below).
    pose proof (Rmult_le_pos c y C (proj1 Q)). lra.
Qed.

(** For ever: the box of radius max(|w_0|, c + alpha Gmax) is never left.  That it lies within tau is not needed. *)
Theorem inward tau c alpha Gmax (w g : nat -> R) :
  0 < tau -> 0 <= c -> 0 <= alpha -> alpha * Gmax <= tau ->
  (forall k, w (S k) = ald tau (w k) (- alpha * g k)) ->
  (forall k, Rabs (g k) <= Gmax) ->
  (forall k, c <= Rabs (w k) -> 0 <= g k * w k) ->
  forall k, Rabs (w k) <= Rmax (Rabs (w 0%nat)) (c + alpha * Gmax).
Proof.
  intros T C A Small Rec Bound Sign k. induction k as [|k IH]; [apply Rmax_l|].
  rewrite Rec. eapply Rle_trans; [apply (inward_step tau c (alpha * Gmax)); auto|].
  - rewrite Rabs_mult, Rabs_Ropp, (Rabs_pos_eq alpha) by exact A. now apply Rmult_le_compat_l.
  - intros Out. pose proof (Rmult_le_pos _ _ A (Sign k Out)). lra.
  - apply Rmax_lub; [exact IH | apply Rmax_r].
Qed.
