(** The hypotheses of the end theorems are jointly satisfiable, and not for a trivial reason.

    Two stages of one weight each, the first one update late; f(w) = (w1^2 + w1 w2 + w2^2)/2; a fair coin adds
    +-1/4 to both components of the gradient; tau = 4, alpha = 1/8, K = 2; the linear device with rho = 1/2, and the
    device of power 2, which is not linear, with gamma = 8/17 and gain 17/16.  The noise, the lag, the drift and the
    coupling of the stages are all at work. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Master Trajectory Descent Device Training AnalogSGD.
Import ListNotations.
Local Open Scope R_scope.

Definition coin : sampler.
Proof.
  refine (Sampler 2 (fun _ _ => / 2) _ _); intros; simpl; lra.
Defined.

Definition one (m : nat) : nat := 1%nat.
Definition V : space := weights 2 one.

Definition f (w : V) : R := (w 0%nat 0%nat ^ 2 + w 0%nat 0%nat * w 1%nat 0%nat + w 1%nat 0%nat ^ 2) / 2.
Definition stage_gradient (here there : R) : R := here + there / 2.
Definition grad (w : V) : V := fun m _ =>
  match m with
  | O => stage_gradient (w 0%nat 0%nat) (w 1%nat 0%nat)
  | 1%nat => stage_gradient (w 1%nat 0%nat) (w 0%nat 0%nat)
  | _ => 0
  end.
Definition toss (i : nat) : R := match i with O => / 4 | _ => - / 4 end.
Definition G (u w : V) (i : nat) : V := fun m c => match m with O | 1%nat => grad u m c + toss i | _ => 0 end.
Definition d (m : nat) : nat := match m with O => 1 | _ => 0 end.
Definition Sens (i j : nat) : R := if Nat.eqb i j then 1 else / 2.
Definition W0 : V := fun m _ => match m with O => / 2 | _ => - / 2 end.
Definition trained_by (U : R -> R -> R) : history -> V :=
  trained U (/ 8) (fun ago i => G (fun m => ago (d m) m) (ago 0%nat) i) W0.

Lemma inner_two (u w : V) : inner u w = u 0%nat 0%nat * w 0%nat 0%nat + u 1%nat 0%nat * w 1%nat 0%nat.
Proof. simpl. ring. Qed.

Lemma norm_one (u : euclid 1) : norm u = Rabs (u 0%nat).
Proof. unfold norm. simpl. rewrite Rplus_0_l. apply (sqrt_Rsqr_abs (u 0%nat)). Qed.

Definition everywhere (w : V) : Prop := True.

Lemma gradient : has_gradient everywhere f grad.
Proof.
  intros w u t _ eps He.
  set (c := f u). exists (mkposreal (eps / (Rabs c + 1))
    (Rdiv_lt_0_compat _ _ He (Rle_lt_0_plus_1 _ (Rabs_pos c)))). intros h Hh Small.
  replace ((f (line w u (t + h)) - f (line w u t)) / h - inner (grad (line w u t)) u) with (c * h).
  - simpl in Small. rewrite Rabs_mult.
    pose proof (Rabs_pos c). pose proof (Rabs_pos h).
    apply Rmult_lt_compat_r with (r := Rabs c + 1) in Small; [|lra].
    unfold Rdiv in Small. rewrite Rmult_assoc, Rinv_l in Small by lra. lra.
  - rewrite inner_two. unfold c, f, line, grad, stage_gradient. simpl. field. exact Hh.
Qed.

Lemma smooth : lipschitz everywhere grad (3 / 2).
Proof.
  intros w z _ _. rewrite <- (Rabs_pos_eq (3 / 2)) by lra. rewrite <- norm_scal. apply sqrt_le_1_alt.
  rewrite !inner_two. unfold minus, grad, stage_gradient. simpl.
  set (a := w 0%nat 0%nat). set (b := w 1%nat 0%nat). set (c := z 0%nat 0%nat). set (e := z 1%nat 0%nat).
  (* 9/4 - H^2 is a square: (a - c) - (b - e) times its conjugate *)
  pose proof (pow2_ge_0 ((a - c) - (b - e))). nra.
Qed.

Lemma delay (y : euclid 2) : norm (sensitivity_of 2 Sens (fun j => INR (d j) * y j)) <= 5 / 4 * norm y.
Proof.
  rewrite <- (Rabs_pos_eq (5 / 4)) by lra. rewrite <- norm_scal. apply sqrt_le_1_alt.
  unfold sensitivity_of, Sens. simpl. pose proof (pow2_ge_0 (y 0%nat)). pose proof (pow2_ge_0 (y 1%nat)). nra.
Qed.

Lemma delay_root (y : euclid 2) : norm (sensitivity_of 2 Sens (fun j => sqrt (INR (d j)) * y j)) <= 5 / 4 * norm y.
Proof.
  apply Rle_trans with (2 := delay y), Req_le. unfold sensitivity_of. f_equal.
  apply FunctionalExtensionality.functional_extensionality. intros i. apply sum_ext. intros [|j] _; simpl.
  - now rewrite sqrt_1.
  - now rewrite sqrt_0.
Qed.

(** * What holds whatever the device *)

Section run.
Variable U : R -> R -> R.
Let W := trained_by U.

Lemma trains : run U (/ 8) (fun h i => G (late d W h) (W h) i) W.
Proof. exact (trained_runs 2 one U (/ 8) (fun ago i => G (fun m => ago (d m) m) (ago 0%nat) i) W0). Qed.

Lemma unbiased h m c : given coin h (fun i => G (W h) (W h) i m c) = grad (W h) m c.
Proof. destruct m as [|[|m]]; simpl; field. Qed.

Lemma variance h : given coin h (fun i => norm (minus (G (W h) (W h) i) (grad (W h))) ^ 2) <= (/ 2) ^ 2.
Proof.
  rewrite (apply_ext (given coin h) _ (fun _ => / 8)).
  - rewrite given_const. lra.
  - intros i _. rewrite norm_sq, inner_two. unfold minus, G. destruct i; simpl; field.
Qed.

Lemma stale h i m : met coin 2 h -> reachable coin (i :: h) -> (m < 2)%nat ->
  norm (minus (G (late d W h) (W h) i) (G (W h) (W h) i) m : euclid (one m))
  <= sum 2 (fun j => Sens m j * norm (minus (W h) (late d W h) j : euclid (one j))).
Proof.
  intros _ _ Hm. unfold one. cbn [sum].
  rewrite !norm_one. unfold minus, G, grad, stage_gradient, late, Sens, d.
  destruct m as [|[|m]]; [| |lia]; simpl;
    set (a := W h 0%nat 0%nat); set (b := W h 1%nat 0%nat); set (c := W (skipn 1 h) 0%nat 0%nat);
    unfold Rabs; repeat destruct (Rcase_abs _); lra.
Qed.

Lemma above_zero h : 0 <= f (W h).
Proof.
  unfold f. set (a := W h 0%nat 0%nat). set (b := W h 1%nat 0%nat).
  pose proof (pow2_ge_0 (a + b)). pose proof (pow2_ge_0 a). pose proof (pow2_ge_0 b). lra.
Qed.
End run.

(** * The linear device *)

Definition W : history -> V := trained_by (ald 4).

Lemma saturation h m c : met coin 2 h -> (m < 2)%nat -> (c < one m)%nat -> Rabs (W h m c) <= / 2 * 4.
Proof.
  intros [R Len] Hm Hc. assert (c = 0%nat) as -> by (unfold one in Hc; lia).
  destruct h as [|i [|j h]]; [| |simpl in Len; lia].
  - destruct m as [|m]; unfold W, trained_by, trained, W0; simpl; unfold Rabs; destruct (Rcase_abs _); lra.
  - unfold W. rewrite trains, closed_form.
    destruct m as [|[|m]]; [| |lia]; destruct i as [|[|i]];
      unfold trained_by, trained, late, G, grad, stage_gradient, W0, toss; simpl;
      unfold Rabs; repeat destruct (Rcase_abs _); lra.
Qed.

(** Theorem 2 applies, and says something: a number. *)
Theorem witness :
  average_squared_gradient coin 2 one 2 grad W
  <= explicit ((f (W []) - 0) / (/ 8 * INR 2)) (/ 8 * (3 / 2)) (/ 2) (/ 2)
       ((1 + / 2) * / 8 * (5 / 4)) ((1 + / 2) * / 8 * (5 / 4 * / 2)).
Proof.
  apply (analog_sgd_ap_explicit coin 2 one 2 f grad everywhere G W (/ 8) 4 (/ 2) (3 / 2) (/ 2) 0 (5 / 4) d Sens);
    try lra; try lia; unfold everywhere; auto using gradient, smooth, saturation, (trains (ald 4)), (stale (ald 4)).
  - intros. apply (above_zero (ald 4)).
  - intros. apply (unbiased (ald 4)).
  - intros. apply (variance (ald 4)).
  - intros i j _ _. unfold Sens. destruct (Nat.eqb i j); lra.
  - exact delay.
  - exact delay_root.
  - unfold domain. lra.
Qed.

(** The lag is felt, the noise is there, the device distorts, and the gradient is not zero. *)
Theorem not_trivial :
  late d W [0%nat] 0%nat 0%nat <> W [0%nat] 0%nat 0%nat /\
  G (W []) (W []) 0 0%nat 0%nat <> grad (W []) 0%nat 0%nat /\
  W [0%nat] 0%nat 0%nat <> W [] 0%nat 0%nat - / 8 * G (W []) (W []) 0 0%nat 0%nat /\
  grad (W []) 0%nat 0%nat <> 0.
Proof.
  unfold late, W. rewrite (trains (ald 4) [] 0%nat 0%nat 0%nat), closed_form.
  unfold trained_by, trained, late, G, grad, stage_gradient, W0, toss, d; simpl.
  repeat split; unfold Rabs; repeat destruct (Rcase_abs _); lra.
Qed.

(** * The device of power 2 *)

Definition square : R -> R -> R := update (fun w => (1 - w / 4) ^ 2) (fun w => (1 + w / 4) ^ 2).

Lemma square_up w D : 0 <= D -> square w D = w + D * (1 - w / 4) ^ 2.
Proof. intros P. unfold square, update. destruct (Rle_dec 0 D); [reflexivity | contradiction]. Qed.

Lemma square_down w D : D < 0 -> square w D = w + D * (1 + w / 4) ^ 2.
Proof. intros P. unfold square, update. destruct (Rle_dec 0 D); [lra | reflexivity]. Qed.

(** On weights up to 1 = tau/4 the responses lie between 9/16 and 25/16. *)
Lemma square_responds w D : Rabs w <= 1 -> responds square (17 / 16) (8 / 17) w D.
Proof.
  intros B. assert (W' : -1 <= w <= 1) by (unfold Rabs in B; destruct (Rcase_abs w); lra).
  assert (Q : forall r, 9 / 16 <= r <= 25 / 16 ->
    Rabs (w + D * r - (w + 17 / 16 * D)) <= 8 / 17 * (17 / 16 * Rabs D)).
  { intros r Hr. replace (w + D * r - (w + 17 / 16 * D)) with ((r - 17 / 16) * D) by field.
    rewrite Rabs_mult. replace (8 / 17 * (17 / 16 * Rabs D)) with (/ 2 * Rabs D) by field.
    apply Rmult_le_compat_r; [apply Rabs_pos | apply Rabs_le; lra]. }
  unfold responds, square, update. destruct (Rle_dec 0 D); apply Q; nra.
Qed.

Definition Wsquare : history -> V := trained_by square.

Lemma stays_small h m c : met coin 2 h -> (m < 2)%nat -> (c < one m)%nat -> Rabs (Wsquare h m c) <= 1.
Proof.
  intros [R Len] Hm Hc. assert (c = 0%nat) as -> by (unfold one in Hc; lia).
  destruct h as [|i [|j h]]; [| |simpl in Len; lia].
  - destruct m as [|m]; unfold Wsquare, trained_by, trained, W0; simpl; unfold Rabs; destruct (Rcase_abs _); lra.
  - unfold Wsquare. rewrite trains.
    destruct m as [|[|m]]; [| |lia]; destruct i as [|[|i]];
      unfold trained_by, trained, late, G, grad, stage_gradient, W0, toss; simpl;
      unfold square, update; destruct (Rle_dec _ _); unfold Rabs; destruct (Rcase_abs _); lra.
Qed.

(** Theorem 2 for a device that is not linear. *)
Theorem witness_nonlinear :
  average_squared_gradient coin 2 one 2 grad Wsquare
  <= explicit ((f (Wsquare []) - 0) / (/ 8 * (17 / 16) * INR 2)) (/ 8 * (17 / 16) * (3 / 2)) (/ 2) (8 / 17)
       ((1 + 8 / 17) * (/ 8 * (17 / 16)) * (5 / 4)) ((1 + 8 / 17) * (/ 8 * (17 / 16)) * (5 / 4 * / 2)).
Proof.
  apply (any_device_explicit coin 2 one 2 f grad everywhere G Wsquare (fun _ _ => square) (/ 8) (17 / 16) (8 / 17)
    (3 / 2) (/ 2) 0 (5 / 4) d Sens);
    try lra; try lia; unfold everywhere; auto using gradient, smooth, (stale square).
  - exact (trains square).
  - intros. apply (above_zero square).
  - intros. apply (unbiased square).
  - intros. apply (variance square).
  - intros h i m c Met Next Hm Hc. apply square_responds, stays_small; assumption.
  - intros i j _ _. unfold Sens. destruct (Nat.eqb i j); lra.
  - exact delay.
  - exact delay_root.
  - unfold domain. lra.
Qed.

(** It distorts, and its responses are not those of any linear device of gain 1. *)
Theorem nonlinear_not_trivial :
  late d Wsquare [0%nat] 0%nat 0%nat <> Wsquare [0%nat] 0%nat 0%nat /\
  Wsquare [0%nat] 0%nat 0%nat <> Wsquare [] 0%nat 0%nat - / 8 * G (Wsquare []) (Wsquare []) 0 0%nat 0%nat /\
  forall tau, 0 < tau -> square 1 1 <> ald tau 1 1 \/ square (/ 2) 1 <> ald tau (/ 2) 1.
Proof.
  split; [|split].
  1,2: unfold late, Wsquare; rewrite (trains square [] 0%nat 0%nat 0%nat);
    unfold trained_by, trained, late, G, grad, stage_gradient, W0, toss, d; simpl;
    rewrite square_down by lra; lra.
  intros tau T. rewrite !square_up, !closed_form, Rabs_R1 by lra. unfold Rdiv.
  destruct (Req_dec (/ tau) (7 / 16)) as [E|N]; [right | left]; lra.
Qed.

Print Assumptions witness.
Print Assumptions witness_nonlinear.
