(** Where the mean step of an element vanishes, on any device: how large the gradient is there, that it can be that
    large, and that such a point is a stable one (docs/theory.md#floor). *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Sums Device Floor LogRatio.
Local Open Scope R_scope.

(** gamma_loc = (q- - q+)/(q- + q+): the distortion of the responses at one weight, with a sign. *)
Definition local_gamma (up down : R -> R) (w : R) : R := gamma_of (up w) (down w).

Lemma local_below_1 a b : 0 < a -> 0 < b -> 1 - gamma_of a b ^ 2 = 4 * a * b / (b + a) ^ 2 /\ 0 < 1 - gamma_of a b ^ 2.
Proof.
  intros A B. assert (E : 1 - gamma_of a b ^ 2 = 4 * a * b / (b + a) ^ 2) by (unfold gamma_of; field; lra).
  split; [exact E|]. rewrite E. apply Rdiv_lt_0_compat; [nra | apply pow_lt; lra].
Qed.

(** * The mean step, for samples of any distribution *)

Section mean_step.
  Context {T : Type} (E : functional T).
  Hypothesis total : E (fun _ => 1) = 1.
  Variables (up down : R -> R) (w alpha sigma : R) (g : T -> R).
  Hypothesis up_pos : 0 < up w.
  Hypothesis down_pos : 0 < down w.
  Hypothesis alpha_pos : 0 < alpha.
  Let F := E g.
  Hypothesis variance : E (fun t => g t ^ 2) <= F ^ 2 + sigma ^ 2.

  Let length := E (fun t => Rabs (g t)).
  Let step := E (fun t => update up down w (- alpha * g t) - w).

  (* Claim: response.mean_step *)
  Theorem mean_step :
    step = - alpha * gain_of (up w) (down w) * (F + local_gamma up down w * length) /\ length ^ 2 <= F ^ 2 + sigma ^ 2.
  Proof.
    split.
    - unfold step. rewrite (apply_ext E _ (fun t => - alpha * ((down w + up w) / 2) * g t
        + - alpha * ((down w - up w) / 2) * Rabs (g t))).
      + rewrite (apply_plus E (fun t => _ * g t)), !apply_scal. fold F. fold length.
        unfold local_gamma, gain_of, gamma_of. field. lra.
      + intros t _. rewrite update_symmetric_and_asymmetric, Rabs_mult, Rabs_Ropp, (Rabs_pos_eq alpha); lra.
    - apply Rle_trans with (2 := variance).
      (* E (|g| - E |g|)^2 >= 0 *)
      assert (P : 0 <= E (fun t => (Rabs (g t) - length) ^ 2)) by (apply apply_nonneg; intros; apply pow2_ge_0).
      rewrite (apply_ext E _ (fun t => g t ^ 2 + (-2 * length * Rabs (g t) + length ^ 2 * 1))) in P.
      + rewrite (apply_plus E (fun t => g t ^ 2)), (apply_plus E (fun t => _ * Rabs (g t))), !apply_scal, total in P.
        fold length in P. lra.
      + intros t _. rewrite <- (pow2_abs (g t)). ring.
  Qed.

  (** At a point of rest the gradient is at most the floor of the responses there. *)
  (* Claim: response.local *)
  Theorem gradient_at_rest : step = 0 ->
    F = - local_gamma up down w * length /\ F ^ 2 <= floor (local_gamma up down w) sigma.
  Proof.
    intros Rest. destruct mean_step as [S B]. rewrite Rest in S. unfold local_gamma in *.
    destruct (local_below_1 (up w) (down w) up_pos down_pos) as [_ P]. set (y := gamma_of (up w) (down w)) in *.
    assert (Z : F = - y * length).
    { assert (N : alpha * gain_of (up w) (down w) <> 0).
      { apply Rgt_not_eq, Rmult_lt_0_compat; [exact alpha_pos|]. unfold gain_of. lra. }
      apply (Rmult_eq_reg_l (alpha * gain_of (up w) (down w))); [|exact N]. lra. }
    split; [exact Z|].
    assert (Sq : F ^ 2 <= y ^ 2 * (F ^ 2 + sigma ^ 2)).
    { rewrite Z at 1. replace ((- y * length) ^ 2) with (y ^ 2 * length ^ 2) by ring.
      apply Rmult_le_compat_l; [apply pow2_ge_0 | exact B]. }
    unfold floor. apply Rmult_le_reg_r with (1 - y ^ 2); [exact P|].
    unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra.
  Qed.
End mean_step.

(** * Attained: f(w) = (L/2) (w - w_star)^2 and the two-point oracle, on any device *)

Lemma derivative_ext f g x l : (forall t, f t = g t) -> derivable_pt_lim f x l -> derivable_pt_lim g x l.
Proof.
  intros E D eps He. destruct (D eps He) as [delta Hd]. exists delta. intros h H0 Hh. rewrite <- !E. now apply Hd.
Qed.

Section attained.
  Variables (up down : R -> R) (w0 L sigma alpha : R).
  Hypothesis L_pos : 0 < L.
  Hypothesis sigma_pos : 0 < sigma.
  Hypothesis alpha_nonneg : 0 <= alpha.
  Hypothesis up_pos : 0 < up w0.
  Hypothesis down_pos : 0 < down w0.

  Let middle := sqrt (up w0 * down w0).
  Let gl := local_gamma up down w0.

  (** The gradient at w0, -sigma sinh l with the l of w0, and the minimiser. *)
  Definition rest_slope : R := - sigma * (down w0 - up w0) / (2 * middle).
  Definition rest_star : R := w0 - rest_slope / L.
  Let slope (w : R) := L * (w - rest_star).

  Lemma middle_pos : 0 < middle.
  Proof. apply sqrt_lt_R0. now apply Rmult_lt_0_compat. Qed.

  Lemma middle_sq : middle ^ 2 = up w0 * down w0.
  Proof. apply pow2_sqrt. left. now apply Rmult_lt_0_compat. Qed.

  Lemma slope_there : slope w0 = rest_slope.
  Proof. unfold slope, rest_star. field. lra. Qed.

  Lemma amplitude_there : amplitude sigma rest_slope = sigma * (down w0 + up w0) / (2 * middle).
  Proof.
    pose proof middle_pos as P. pose proof middle_sq as Q. unfold amplitude, rest_slope.
    set (a := sigma * (down w0 + up w0) / (2 * middle)).
    replace ((- sigma * (down w0 - up w0) / (2 * middle)) ^ 2 + sigma ^ 2) with (a ^ 2).
    - apply sqrt_pow2. unfold a. left. apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; lra | lra].
    - unfold a.
      replace ((- sigma * (down w0 - up w0) / (2 * middle)) ^ 2 + sigma ^ 2)
        with (sigma ^ 2 * ((down w0 - up w0) ^ 2 + 4 * middle ^ 2) / (4 * middle ^ 2)) by (field; lra).
      replace ((sigma * (down w0 + up w0) / (2 * middle)) ^ 2)
        with (sigma ^ 2 * (down w0 + up w0) ^ 2 / (4 * middle ^ 2)) by (field; lra).
      rewrite Q. field. lra.
  Qed.

  (** The mean of the weight after one step from w. *)
  Definition mean_next (w : R) : R := two_point sigma (slope w) (fun s => update up down w (- alpha * s)).

  Lemma mean_next_is w :
    mean_next w - w = - alpha * ((down w + up w) / 2 * slope w + (down w - up w) / 2 * amplitude sigma (slope w)).
  Proof.
    pose proof (amplitude_pos sigma sigma_pos (slope w)) as P. unfold mean_next, two_point, plus_chance.
    rewrite !update_symmetric_and_asymmetric. set (a := amplitude sigma (slope w)) in *.
    replace (Rabs (- alpha * a)) with (alpha * a) by (rewrite Rabs_mult, Rabs_Ropp, !Rabs_pos_eq; lra).
    replace (Rabs (- alpha * - a)) with (alpha * a) by (rewrite Rabs_mult, !Rabs_Ropp, !Rabs_pos_eq; lra).
    field. lra.
  Qed.

  Theorem rests : mean_next w0 = w0 /\ rest_slope ^ 2 = floor gl sigma.
  Proof.
    pose proof middle_pos as P. pose proof middle_sq as Q.
    destruct (local_below_1 (up w0) (down w0) up_pos down_pos) as [E B]. split.
    - enough (Z : mean_next w0 - w0 = 0) by lra.
      rewrite mean_next_is, slope_there, amplitude_there. unfold rest_slope. field. lra.
    - unfold gl, local_gamma, floor. rewrite E. unfold rest_slope, gamma_of.
      replace ((- sigma * (down w0 - up w0) / (2 * middle)) ^ 2)
        with (sigma ^ 2 * (down w0 - up w0) ^ 2 / (4 * middle ^ 2)) by (field; lra).
      rewrite Q. field. repeat split; lra.
  Qed.

  (** If the responses at w0 are the extreme ones of the weights that are met, in either order, this is the floor. *)
  (* Claim: response.attained *)
  Theorem attained_by_the_extremes least most :
    0 < least -> least <= most -> down w0 + up w0 = most + least -> down w0 * up w0 = most * least ->
    mean_next w0 = w0 /\ slope w0 ^ 2 = floor (gamma_of least most) sigma /\
    slope w0 ^ 2 = sigma ^ 2 * sinh (log_ratio least most) ^ 2.
  Proof.
    intros Pl Pm Sum Product. destruct rests as [Rest Size].
    assert (Eq : floor gl sigma = floor (gamma_of least most) sigma).
    { unfold gl, local_gamma. rewrite (proj2 (floor_is_sinh (up w0) (down w0) up_pos down_pos sigma)).
      rewrite (proj2 (floor_is_sinh least most Pl ltac:(lra) sigma)).
      replace ((down w0 - up w0) ^ 2) with ((down w0 + up w0) ^ 2 - 4 * (down w0 * up w0)) by ring.
      replace ((most - least) ^ 2) with ((most + least) ^ 2 - 4 * (most * least)) by ring.
      replace (4 * down w0 * up w0) with (4 * (down w0 * up w0)) by ring.
      replace (4 * most * least) with (4 * (most * least)) by ring. now rewrite Sum, Product. }
    rewrite slope_there, Size, Eq. split; [exact Rest|]. split; [reflexivity|].
    apply floor_is_sinh; lra.
  Qed.

  (** * A stable point: the mean step falls as w grows through w0 *)

  Section stable.
    Variables rising falling : R.
    (** The derivative of gamma_loc at w0. *)
    Definition local_change : R := 2 * (up w0 * rising - down w0 * falling) / (down w0 + up w0) ^ 2.

    Let Fdev := gain_of (up w0) (down w0).
    Let size := amplitude sigma (slope w0).

    Theorem stable_sign : 0 <= rising -> falling <= 0 -> 0 < L * Fdev * (1 - gl ^ 2) + size * Fdev * local_change.
    Proof.
      intros Hr Hf. destruct (local_below_1 (up w0) (down w0) up_pos down_pos) as [_ B].
      fold (local_gamma up down w0) in B. fold gl in B.
      assert (Ps : 0 < size) by apply amplitude_pos, sigma_pos. assert (F : 0 < Fdev) by (unfold Fdev, gain_of; lra).
      assert (C : 0 <= local_change).
      { unfold local_change, Rdiv. apply Rmult_le_pos; [nra|]. left. apply Rinv_0_lt_compat, pow_lt. lra. }
      pose proof (Rmult_lt_0_compat _ _ (Rmult_lt_0_compat _ _ L_pos F) B).
      pose proof (Rmult_le_pos _ _ (Rlt_le _ _ (Rmult_lt_0_compat _ _ Ps F)) C). lra.
    Qed.

    Hypothesis down_rises : derivable_pt_lim down w0 rising.
    Hypothesis up_falls : derivable_pt_lim up w0 falling.

    Theorem local_gamma_changes : derivable_pt_lim (local_gamma up down) w0 local_change.
    Proof.
      unfold local_change.
      replace (2 * (up w0 * rising - down w0 * falling) / (down w0 + up w0) ^ 2)
        with (((rising - falling) * (down w0 + up w0) - (rising + falling) * (down w0 - up w0))
              / Rsqr (down w0 + up w0)) by (unfold Rsqr; field; lra).
      apply (derivative_ext (fun w => (down w - up w) / (down w + up w))); [reflexivity|].
      apply (derivable_pt_lim_div (fun w => down w - up w) (fun w => down w + up w)); [| |lra].
      - now apply (derivable_pt_lim_minus down up).
      - now apply (derivable_pt_lim_plus down up).
    Qed.

    Theorem stable :
      derivable_pt_lim (fun w => mean_next w - w) w0
        (- alpha * (L * Fdev * (1 - gl ^ 2) + size * Fdev * local_change)).
    Proof.
      pose proof middle_pos as Pm. destruct (local_below_1 (up w0) (down w0) up_pos down_pos) as [_ B].
      fold (local_gamma up down w0) in B. fold gl in B.
      assert (Ps : 0 < size) by apply amplitude_pos, sigma_pos.
      assert (Ratio : slope w0 = - gl * size).
      { unfold size. rewrite slope_there, amplitude_there. unfold rest_slope, gl, local_gamma, gamma_of. field. lra. }
      assert (S' : derivable_pt_lim slope w0 L).
      { apply (derivative_ext (fun w => L * (w - rest_star))); [reflexivity|].
        apply (eq_ind (L * (1 - 0)) (derivable_pt_lim (fun w => L * (w - rest_star)) w0)); [|ring].
        apply (derivable_pt_lim_scal (fun w => w - rest_star)).
        apply (derivable_pt_lim_minus (fun w => w) (fun _ => rest_star));
          [apply derivable_pt_lim_id | apply derivable_pt_lim_const]. }
      assert (A' : derivable_pt_lim (fun w => amplitude sigma (slope w)) w0 (slope w0 * L / size)).
      { replace (slope w0 * L / size) with (/ (2 * sqrt (slope w0 ^ 2 + sigma ^ 2)) * (2 * slope w0 * L + 0))
          by (change (sqrt (slope w0 ^ 2 + sigma ^ 2)) with size; field; lra).
        apply (derivable_pt_lim_comp (fun w => slope w ^ 2 + sigma ^ 2) sqrt).
        - apply (derivable_pt_lim_plus (fun w => slope w ^ 2) (fun _ => sigma ^ 2));
            [|apply derivable_pt_lim_const].
          apply (derivative_ext (fun w => slope w * slope w)); [intros; ring|].
          replace (2 * slope w0 * L) with (L * slope w0 + slope w0 * L) by ring.
          now apply (derivable_pt_lim_mult slope slope).
        - apply derivable_pt_lim_sqrt. pose proof (pow2_ge_0 (slope w0)). pose proof (pow_lt sigma 2 sigma_pos). lra. }
      apply (derivative_ext (fun w => - alpha *
        ((down w + up w) / 2 * slope w + (down w - up w) / 2 * amplitude sigma (slope w))));
        [intros; symmetry; apply mean_next_is|].
      replace (L * Fdev * (1 - gl ^ 2) + size * Fdev * local_change)
        with ((rising + falling) * / 2 * slope w0 + (down w0 + up w0) / 2 * L
          + ((rising - falling) * / 2 * amplitude sigma (slope w0)
             + (down w0 - up w0) / 2 * (slope w0 * L / size))).
      - apply (derivable_pt_lim_scal (fun w => (down w + up w) / 2 * slope w
          + (down w - up w) / 2 * amplitude sigma (slope w))).
        apply (derivable_pt_lim_plus (fun w => (down w + up w) / 2 * slope w)
          (fun w => (down w - up w) / 2 * amplitude sigma (slope w)));
        [apply (derivable_pt_lim_mult (fun w => (down w + up w) / 2) slope)
        |apply (derivable_pt_lim_mult (fun w => (down w - up w) / 2) (fun w => amplitude sigma (slope w)))];
        try assumption.
        * apply (derivative_ext (fun w => / 2 * (down w + up w))); [intros; unfold Rdiv; ring|].
          rewrite Rmult_comm. apply (derivable_pt_lim_scal (fun w => down w + up w)).
          now apply (derivable_pt_lim_plus down up).
        * apply (derivative_ext (fun w => / 2 * (down w - up w))); [intros; unfold Rdiv; ring|].
          rewrite Rmult_comm. apply (derivable_pt_lim_scal (fun w => down w - up w)).
          now apply (derivable_pt_lim_minus down up).
      - change (amplitude sigma (slope w0)) with size. rewrite Ratio.
        unfold Fdev, gain_of, local_change, gl, local_gamma, gamma_of. field. split; lra.
    Qed.
  End stable.
End attained.

(** Near a symmetric point the floor is sigma^2 (gamma_loc')^2 (w - w0)^2 to second order: at it, it is zero. *)
Theorem floor_at_the_symmetric_point up down w sigma : up w = down w -> floor (local_gamma up down w) sigma = 0.
Proof. intros E. unfold floor, local_gamma, gamma_of. rewrite E, Rminus_eq_0. unfold Rdiv. ring. Qed.

Print Assumptions gradient_at_rest.
Print Assumptions attained_by_the_extremes.
Print Assumptions stable.
