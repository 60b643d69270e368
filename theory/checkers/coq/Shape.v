(** Theorem 1 for additive noise of known shape (docs/theory.md#shape.feasible): the drift has a mean that is known
    before the sample, and only the mean size of a sample's element enters it.  [chi2] bounds that size:
    (E|mu + n|)^2 <= mu^2 + chi2 E n^2. *)

From Coq Require Import Reals Lra Lia List Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Master.
Local Open Scope R_scope.

(** * What fluctuates of a size *)

Section sizes.
  Context {H : space}.
  Variables U n Psi Z M : H.
  Hypothesis n_U : inner n U = 0.
  Hypothesis Z_M : inner Z M = 0.
  Hypothesis Z_Psi : inner Z Psi = 0.
  Hypothesis sizes : inner (plus Psi Z) (plus Psi Z) = inner (plus U n) (plus U n).
  Hypothesis mean_sizes : inner M M = inner U U.
  Hypothesis products : inner U (plus U n) <= inner M (plus Psi Z).

  (* Claim: shape.fluctuation *)
  Theorem sizes_fluctuate : inner U U <= inner Psi Psi /\ inner Z Z <= inner n n.
  Proof.
    assert (J : inner U U <= inner Psi Psi).
    { pose proof (inner_pos (plus Psi (scal (-1) M))) as P.
      rewrite inner_plus, !inner_plus_r, !inner_scal, !inner_scal_r, (inner_sym M Psi) in P.
      rewrite !inner_plus_r, (inner_sym M Z), (inner_sym M Psi), (inner_sym U n) in products. lra. }
    split; [exact J|].
    rewrite !inner_plus, !inner_plus_r, (inner_sym Psi Z), (inner_sym U n) in sizes. lra.
  Qed.

  Variables (Et : H) (rho sigma : R).
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis short : inner n n <= sigma ^ 2.
  Hypothesis rest : inner Et Et <= rho ^ 2 * inner Z Z.

  (* Claim: shape.noise *)
  Theorem noise_and_rest : norm (plus n Et) <= sigma + rho * sigma.
  Proof.
    destruct sizes_fluctuate as [_ F]. apply Rle_trans with (1 := minkowski n Et), Rplus_le_compat.
    - now apply norm_le.
    - apply norm_le; [now apply Rmult_le_pos|]. rewrite Rpow_mult_distr. apply Rle_trans with (1 := rest).
      apply Rmult_le_compat_l; [apply pow2_ge_0 | lra].
  Qed.
End sizes.

(* Claim: shape.element *)
Theorem drift_part rho c of : Rabs c <= rho -> (c * of) ^ 2 <= rho ^ 2 * of ^ 2.
Proof.
  intros L. rewrite Rpow_mult_distr. apply Rmult_le_compat_r; [apply pow2_ge_0|].
  rewrite <- (pow2_abs c). apply pow_incr. split; [apply Rabs_pos | exact L].
Qed.

(** * Near the gradient *)

(** The level of the noise for its shape. *)
Definition shaped (chi2 sigma A : R) : R := sqrt (A + chi2 * sigma ^ 2).

(* Claim: shape.reach *)
Theorem mean_drift_reach {H H' : space} (F b Psi Eb : H) (Dev : H') rho chi2 sigma B :
  0 <= rho -> 0 <= chi2 -> inner Dev Dev <= sigma ^ 2 -> norm b <= B ->
  inner Psi Psi <= inner (plus F b) (plus F b) + chi2 * inner Dev Dev -> inner Eb Eb <= rho ^ 2 * inner Psi Psi ->
  norm (plus b Eb) <= rho * shaped chi2 sigma (norm F ^ 2) + (1 + rho) * B.
Proof.
  intros Hr Hc D L P E. assert (HB : 0 <= B) by (pose proof (norm_nonneg b); lra).
  assert (S2 : 0 <= chi2 * sigma ^ 2) by (apply Rmult_le_pos; [exact Hc | apply pow2_ge_0]).
  assert (Q : shaped chi2 sigma (norm F ^ 2) ^ 2 = norm F ^ 2 + chi2 * sigma ^ 2)
    by (apply pow2_sqrt; pose proof (pow2_ge_0 (norm F)); lra).
  assert (RN : 0 <= shaped chi2 sigma (norm F ^ 2)) by apply sqrt_pos.
  assert (FR : norm F <= shaped chi2 sigma (norm F ^ 2)).
  { apply Rsqr_incr_0; [| apply norm_nonneg | exact RN]. rewrite !Rsqr_pow2. lra. }
  set (R := shaped chi2 sigma (norm F ^ 2)) in *.
  assert (Psi_short : inner Psi Psi <= (R + B) ^ 2).
  { apply Rle_trans with (1 := P). rewrite inner_plus, !inner_plus_r, (inner_sym b F), <- (norm_sq F).
    pose proof (inner_le_product F b R B FR L). pose proof (norm_nonneg b).
    assert (inner b b <= B ^ 2) by (rewrite <- norm_sq; apply pow_incr; split; [apply norm_nonneg | exact L]).
    assert (chi2 * inner Dev Dev <= chi2 * sigma ^ 2) by (now apply Rmult_le_compat_l). lra. }
  assert (norm Eb <= rho * (R + B)).
  { apply norm_le; [apply Rmult_le_pos; lra|]. rewrite Rpow_mult_distr. apply Rle_trans with (1 := E).
    apply Rmult_le_compat_l; [apply pow2_ge_0 | exact Psi_short]. }
  pose proof (minkowski b Eb). lra.
Qed.

(** * The feasible set *)

Definition feasible_shape (p x sigma chi2 rho q qn A Y a : R) : Prop :=
  0 <= Y /\ Rabs a <= Y /\
  A + Y ^ 2 - 2 * a * sqrt A <= (rho * shaped chi2 sigma A + q * Y + (1 + rho) * qn) ^ 2 /\
  a * sqrt A <= p + x / 2 * (Y ^ 2 + ((1 + rho) * sigma) ^ 2).

Section run.
  Variables (P : sampler) (K : nat).
  Variable value : history -> R.
  Variable lower : R.
  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis bounded_below : lower <= mean P K value.
  Context {H : space}.
  Variables F b Eb n u : process P K H.
  Let v := plus F (plus b Eb).
  Variables alpha L rho Lambda1 nu sigma chi2 : R.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis u_direction : direction F u.
  Hypothesis orthogonal_F : inner F n = 0.
  Hypothesis orthogonal_b : inner b n = 0.
  Hypothesis orthogonal_e : inner Eb n = 0.
  Hypothesis noise : norm n <= (1 + rho) * sigma.
  Hypothesis reach : norm (plus b Eb)
    <= rho * shaped chi2 sigma (norm F ^ 2) + (1 + rho) * (alpha * (Lambda1 * norm v + (1 + rho) * nu)).
  Hypothesis smooth : forall h, taken P K h ->
    value h <= value (tl h) - alpha * (inner (F h) (v h) + inner (F h) (n h))
      + L / 2 * (alpha ^ 2 * norm (plus (v h) (n h)) ^ 2).
  Let p := (value nil - lower) / (alpha * INR K).

  (* Claim: shape.feasible *)
  Theorem run_shape : feasible_shape p (alpha * L) sigma chi2 rho ((1 + rho) * alpha * Lambda1) ((1 + rho) * alpha * nu)
    (norm F ^ 2) (norm v) (inner u v).
  Proof.
    assert (RA : sqrt (norm F ^ 2) = norm F) by (apply sqrt_pow2, norm_nonneg).
    destruct u_direction as [Short Sees].
    assert (Along : inner u v * norm F = inner F v) by (rewrite (Sees v); ring).
    split; [apply norm_nonneg|]. split.
    { apply Rle_trans with (1 := cauchy_schwarz_abs u v). rewrite <- (Rmult_1_l (norm v)) at 2.
      apply Rmult_le_compat_r; [apply norm_nonneg | exact Short]. }
    rewrite RA. split.
    - replace (norm F ^ 2 + norm v ^ 2 - 2 * inner u v * norm F) with (norm (plus b Eb) ^ 2).
      + apply pow_incr. split; [apply norm_nonneg|]. apply Rle_trans with (1 := reach), Req_le. ring.
      + replace (2 * inner u v * norm F) with (2 * inner F v) by (rewrite <- Along; ring).
        unfold v. rewrite !norm_sq, !inner_plus, !inner_plus_r, (inner_sym b F), (inner_sym Eb F), (inner_sym Eb b).
        ring.
    - rewrite Along.
      pose proof (telescope P K value lower K_pos bounded_below F v n alpha L alpha_pos orthogonal_F smooth) as T.
      fold p in T. apply Rle_trans with (1 := T), Rplus_le_compat_l, Rmult_le_compat_l.
      { assert (0 <= alpha * L) by (apply Rmult_le_pos; lra). lra. }
      assert (O : inner v n = 0) by (unfold v; rewrite !inner_plus; lra).
      rewrite norm_sq, inner_plus, !inner_plus_r, (inner_sym n v), O, <- (norm_sq v).
      assert (inner n n <= ((1 + rho) * sigma) ^ 2)
        by (rewrite <- norm_sq; apply pow_incr; split; [apply norm_nonneg | exact noise]). lra.
  Qed.
End run.

(** * The explicit form and the floor *)

Definition widened (x q : R) : R := (1 - x) / (1 - x - q ^ 2).

Section point.
  Variables p x sigma chi2 rho q qn A Y a : R.
  Hypothesis near : A + Y ^ 2 - 2 * a * sqrt A <= (rho * shaped chi2 sigma A + q * Y + (1 + rho) * qn) ^ 2.
  Hypothesis paid : a * sqrt A <= p + x / 2 * (Y ^ 2 + ((1 + rho) * sigma) ^ 2).
  Hypothesis A_nonneg : 0 <= A.
  Hypothesis short : x + q ^ 2 < 1.
  Hypothesis x_below : x < 1.
  Hypothesis chi2_nonneg : 0 <= chi2.

  Theorem shape_young : A <= 2 * p + x * ((1 + rho) * sigma) ^ 2
    + (rho * shaped chi2 sigma A + (1 + rho) * qn) ^ 2 * widened x q.
  Proof.
    pose proof near as I. pose proof paid as II. set (s := rho * shaped chi2 sigma A + (1 + rho) * qn) in *.
    replace (rho * shaped chi2 sigma A + q * Y + (1 + rho) * qn) with (s + q * Y) in I by (unfold s; ring).
    assert (V : 0 < 1 - x - q ^ 2) by lra. unfold widened.
    replace (s ^ 2 * ((1 - x) / (1 - x - q ^ 2))) with (s ^ 2 + s ^ 2 * q ^ 2 / (1 - x - q ^ 2)) by (field; lra).
    assert (Sq : 0 <= (1 - x - q ^ 2) * (Y - s * q / (1 - x - q ^ 2)) ^ 2)
      by (apply Rmult_le_pos; [lra | apply pow2_ge_0]).
    replace ((1 - x - q ^ 2) * (Y - s * q / (1 - x - q ^ 2)) ^ 2)
      with ((1 - x - q ^ 2) * Y ^ 2 - 2 * s * q * Y + s ^ 2 * q ^ 2 / (1 - x - q ^ 2)) in Sq by (field; lra). lra.
  Qed.

  Lemma shaped_sq : shaped chi2 sigma A ^ 2 = A + chi2 * sigma ^ 2.
  Proof. apply pow2_sqrt. pose proof (Rmult_le_pos _ _ chi2_nonneg (pow2_ge_0 sigma)). lra. Qed.

  (* Claim: shape.explicit *)
  Theorem shape_explicit c0 c1 c2 h : 0 < c2 ->
    c2 = 1 - rho ^ 2 * widened x q -> c1 = rho * (1 + rho) * qn * widened x q ->
    c0 = 2 * p + x * ((1 + rho) * sigma) ^ 2 + chi2 * sigma ^ 2 + ((1 + rho) * qn) ^ 2 * widened x q ->
    0 <= h -> h ^ 2 = c1 ^ 2 + c2 * c0 ->
    shaped chi2 sigma A <= (c1 + h) / c2 /\ A <= ((c1 + h) / c2) ^ 2 - chi2 * sigma ^ 2.
  Proof.
    intros H2 E2 E1 E0 Hh Eh. pose proof shape_young as Yg. pose proof shaped_sq as Q.
    assert (RN : 0 <= shaped chi2 sigma A) by apply sqrt_pos. set (R := shaped chi2 sigma A) in *.
    assert (Quad : c2 * R ^ 2 <= 2 * c1 * R + c0) by (rewrite E0, E1, E2; lra).
    assert (B : R <= (c1 + h) / c2).
    { apply Rmult_le_reg_r with c2; [exact H2|]. replace ((c1 + h) / c2 * c2) with (c1 + h) by (field; lra).
      assert (Sq : (c2 * R - c1) ^ 2 <= h ^ 2).
      { rewrite Eh. replace ((c2 * R - c1) ^ 2) with (c2 * (c2 * R ^ 2 - 2 * c1 * R) + c1 ^ 2) by ring.
        assert (c2 * (c2 * R ^ 2 - 2 * c1 * R) <= c2 * c0) by (apply Rmult_le_compat_l; lra). lra. }
      assert (c2 * R - c1 <= h) by (destruct (Rle_or_lt (c2 * R - c1) h) as [C|C]; [exact C | nra]). lra. }
    split; [exact B|]. replace A with (R ^ 2 - chi2 * sigma ^ 2) by lra.
    apply Rplus_le_compat_r, pow_incr. split; [exact RN | exact B].
  Qed.

  (* Claim: shape.floor *)
  Theorem shape_floor t : 0 < t ->
    A * (1 - (1 + t) * widened x q * rho ^ 2) <= (1 + t) * widened x q * rho ^ 2 * chi2 * sigma ^ 2
      + (2 * p + x * ((1 + rho) * sigma) ^ 2 + widened x q * (1 + / t) * ((1 + rho) * qn) ^ 2).
  Proof.
    intros Ht. pose proof shape_young as Yg. pose proof shaped_sq as Q.
    assert (W : 0 <= widened x q) by (apply Rlt_le, Rdiv_lt_0_compat; lra).
    set (R := shaped chi2 sigma A) in *. set (e := (1 + rho) * qn) in *.
    assert (Split : (rho * R + e) ^ 2 <= (1 + t) * rho ^ 2 * (A + chi2 * sigma ^ 2) + (1 + / t) * e ^ 2).
    { rewrite <- Q. assert (S : 0 <= / t * (t * rho * R - e) ^ 2)
        by (apply Rmult_le_pos; [left; now apply Rinv_0_lt_compat | apply pow2_ge_0]).
      replace (/ t * (t * rho * R - e) ^ 2) with (t * rho ^ 2 * R ^ 2 - 2 * rho * R * e + / t * e ^ 2) in S
        by (field; lra). lra. }
    pose proof (Rmult_le_compat_l _ _ _ W Split). lra.
  Qed.
End point.
