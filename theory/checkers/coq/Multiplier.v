(** Theorem 1 by one multiplier: what a numeric search for A_sharp rests on.

    Adding 2 mu times (ii) to (i) eliminates a and Y and leaves A <= G(A; mu); and as G(t A) >= t G(A) for t <= 1,
    one number A1 with G(A1; mu) < A1 lies above every feasible A. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Sums InnerProduct Master Synchronous.
Local Open Scope R_scope.

Section multiplier.
  Variables p x sigma rho q qn mu : R.
  Hypothesis p_nonneg : 0 <= p.
  Hypothesis x_nonneg : 0 <= x.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis q_nonneg : 0 <= q.
  Hypothesis qn_nonneg : 0 <= qn.
  Hypothesis mu_nonneg : 0 <= mu.
  Let s := 1 - q ^ 2 - mu * x.
  Hypothesis s_pos : 0 < s.

  Definition early (A : R) : R := rho * radius sigma A + qn.
  Definition gain (A : R) : R := sqrt (((1 - mu) ^ 2 * A + (mu * (x * sigma)) ^ 2) * 1 ^ 2).
  Definition right_side (A : R) : R :=
    early A ^ 2 + mu * (2 * p + x * sigma ^ 2) + (gain A + q * early A) ^ 2 / s.

  (* Claim: multiplier.bound *)
  Theorem multiplier_bound A Y a : 0 <= A -> feasible p x sigma rho q qn A Y a -> A <= right_side A.
  Proof.
    intros HA (PY & Short & I & II). unfold eta in I.
    assert (S2 : sqrt A ^ 2 = A) by now apply pow2_sqrt. set (r := sqrt A) in *.
    assert (Sq : a ^ 2 <= Y ^ 2) by (rewrite <- pow2_abs; apply pow_incr; split; [apply Rabs_pos | exact Short]).
    set (z := sqrt (Y ^ 2 - a ^ 2)) in *.
    assert (Z2 : z ^ 2 = Y ^ 2 - a ^ 2) by (apply pow2_sqrt; lra).
    (* what v gains along F and across it, by Cauchy-Schwarz in the plane *)
    assert (Gain : (1 - mu) * r * a + mu * (x * sigma) * z <= gain A * Y).
    { apply Rle_trans with (sqrt ((((1 - mu) * r) ^ 2 + (mu * (x * sigma)) ^ 2) * Y ^ 2)).
      - apply plane; [exact PY | lra].
      - unfold gain. rewrite pow1, Rmult_1_r, sqrt_mult_alt, sqrt_pow2 by
          (try exact PY; pose proof (pow2_ge_0 ((1 - mu) * r)); pose proof (pow2_ge_0 (mu * (x * sigma))); lra).
        rewrite Rpow_mult_distr, S2. lra. }
    fold (early A) in *. replace (rho * radius sigma A + q * Y + qn) with (early A + q * Y) in I by (unfold early; ring).
    set (E := early A) in *. set (u := gain A) in *.
    apply (Rmult_le_compat_l (2 * mu)) in II; [|lra].
    assert (Best : 2 * (u + q * E) * Y <= s * Y ^ 2 + (u + q * E) ^ 2 / s).
    { apply Rmult_le_reg_l with s; [exact s_pos|].
      replace (s * (s * Y ^ 2 + (u + q * E) ^ 2 / s)) with ((s * Y - (u + q * E)) ^ 2 + s * (2 * (u + q * E) * Y))
        by (field; lra).
      pose proof (pow2_ge_0 (s * Y - (u + q * E))). lra. }
    unfold right_side. fold E u. unfold s in Best at 1. lra.
  Qed.

  (** G shrinks no faster than what it bounds: t^2 <= 1 scales A. *)
  (* Claim: multiplier.ray *)
  Theorem right_side_star_shaped t A : 0 <= t <= 1 -> 0 <= A -> t ^ 2 * right_side A <= right_side (t ^ 2 * A).
  Proof.
    intros [T0 T1] HA.
    assert (T2 : t ^ 2 <= 1) by (rewrite <- (pow1 2); apply pow_incr; lra).
    pose proof (pow2_ge_0 sigma) as S2. pose proof (pow2_ge_0 t) as T3.
    assert (Root : forall c y z, 0 <= c -> 0 <= y -> t ^ 2 * y <= z -> t * sqrt y <= sqrt z).
    { intros c y z _ Hy L. rewrite <- (sqrt_pow2 t T0) at 1. rewrite <- sqrt_mult by assumption.
      now apply sqrt_le_1_alt. }
    assert (E : t * early A <= early (t ^ 2 * A)).
    { unfold early, radius. pose proof (Root 0 (A + sigma ^ 2) (t ^ 2 * A + sigma ^ 2)) as Rr.
      assert (L : t * sqrt (A + sigma ^ 2) <= sqrt (t ^ 2 * A + sigma ^ 2)) by (apply Rr; nra).
      apply (Rmult_le_compat_l rho) in L; [|exact rho_nonneg].
      pose proof (Rmult_le_compat_r qn t 1 qn_nonneg T1). lra. }
    assert (U : t * gain A <= gain (t ^ 2 * A)).
    { unfold gain. pose proof (pow2_ge_0 (mu * (x * sigma))) as M2. pose proof (pow2_ge_0 (1 - mu)) as M1.
      apply (Root 0); [lra| |].
      - rewrite pow1, Rmult_1_r. pose proof (Rmult_le_pos _ _ M1 HA). lra.
      - pose proof (Rmult_le_compat_r _ _ _ M2 T2). lra. }
    assert (E0 : 0 <= early A) by (apply Rplus_le_le_0_compat; [apply Rmult_le_pos; [exact rho_nonneg | apply sqrt_pos] | exact qn_nonneg]).
    assert (U0 : 0 <= gain A) by apply sqrt_pos.
    assert (E2 : t ^ 2 * early A ^ 2 <= early (t ^ 2 * A) ^ 2).
    { rewrite <- Rpow_mult_distr. apply pow_incr. split; [now apply Rmult_le_pos | exact E]. }
    assert (B2 : t ^ 2 * (gain A + q * early A) ^ 2 <= (gain (t ^ 2 * A) + q * early (t ^ 2 * A)) ^ 2).
    { rewrite <- Rpow_mult_distr. pose proof (Rmult_le_compat_l q _ _ q_nonneg E).
      apply pow_incr. split; [|lra].
      apply Rmult_le_pos; [exact T0|]. apply Rplus_le_le_0_compat; [exact U0 | now apply Rmult_le_pos]. }
    assert (C : t ^ 2 * (mu * (2 * p + x * sigma ^ 2)) <= mu * (2 * p + x * sigma ^ 2)).
    { assert (0 <= mu * (2 * p + x * sigma ^ 2)).
      { apply Rmult_le_pos; [exact mu_nonneg|]. pose proof (Rmult_le_pos x (sigma ^ 2) x_nonneg S2). lra. }
      nra. }
    apply (Rmult_le_compat_r (/ s)) in B2; [|left; now apply Rinv_0_lt_compat].
    unfold right_side, Rdiv. lra.
  Qed.

  (** One number excludes all above it. *)
  (* Claim: multiplier.end *)
  Theorem multiplier_end A1 A Y a :
    0 < A1 -> right_side A1 < A1 -> 0 <= A -> feasible p x sigma rho q qn A Y a -> A < A1.
  Proof.
    intros P1 Below HA Fe. apply Rnot_le_lt. intros Above.
    set (t := sqrt (A1 / A)). assert (PA : 0 < A) by lra.
    assert (Q : 0 <= A1 / A <= 1).
    { split; [left; now apply Rdiv_lt_0_compat|].
      apply Rmult_le_reg_r with A; [exact PA|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
    assert (T2 : t ^ 2 = A1 / A) by (apply pow2_sqrt; lra).
    assert (T : 0 <= t <= 1).
    { split; [apply sqrt_pos|]. rewrite <- sqrt_1. now apply sqrt_le_1_alt. }
    pose proof (right_side_star_shaped t A T HA) as Star. pose proof (multiplier_bound A Y a HA Fe) as B.
    rewrite T2 in Star. replace (A1 / A * A) with A1 in Star by (field; lra).
    apply (Rmult_le_compat_l (A1 / A)) in B; [|lra].
    replace (A1 / A * A) with A1 in B by (field; lra). lra.
  Qed.
End multiplier.
