(** The cross term of a lag is real where the direction is only Lipschitz (docs/theory.md#free.converse).

    Two weights with lags (1, 0).  The first has nothing but two-point noise, and moves by the same alpha sigma_1 every
    step, beta = alpha sigma_1 S; the second has f(w) = (L/2)(w - w_star)^2, a sample +-a with a = sqrt(f'(w)^2 +
    sigma^2) and mean f'(w), and the staleness S |U_1 - V_1| = beta on top.  At f'(w) = - r its mean step is zero on a
    device that distorts by rho, and r^2 is above the floor by a term of order beta: no bound above the exact floor is
    O(beta^2). *)

From Coq Require Import Reals Lra Psatz.
Local Open Scope R_scope.

Definition size (sigma r : R) : R := sqrt (r ^ 2 + sigma ^ 2).
Definition floor (rho sigma : R) : R := rho ^ 2 * sigma ^ 2 / (1 - rho ^ 2).
(** The chance of the positive sample, which gives the mean [slope]. *)
Definition up (sigma slope : R) : R := (1 + slope / size sigma slope) / 2.
(** The mean step per alpha: minus the mean direction, less the mean size of the direction times the saturation. *)
Definition mean_step (rho sigma beta slope : R) : R :=
  - (slope + beta)
  - rho * (up sigma slope * Rabs (size sigma slope + beta) + (1 - up sigma slope) * Rabs (- size sigma slope + beta)).

Lemma size_pos sigma r : 0 < sigma -> 0 < size sigma r.
Proof. intros H. apply sqrt_lt_R0. pose proof (pow2_ge_0 r). nra. Qed.

Lemma size_sq sigma r : size sigma r ^ 2 = r ^ 2 + sigma ^ 2.
Proof. apply pow2_sqrt. pose proof (pow2_ge_0 r). pose proof (pow2_ge_0 sigma). lra. Qed.

Lemma size_above sigma r : 0 < sigma -> sigma <= size sigma r.
Proof.
  intros H. pose proof (size_pos sigma r H). pose proof (size_sq sigma r). pose proof (pow2_ge_0 r). nra.
Qed.

(** It has the mean [slope] and the variance sigma^2. *)
Theorem unbiased sigma slope : 0 < sigma ->
  up sigma slope * size sigma slope + (1 - up sigma slope) * - size sigma slope = slope /\
  up sigma slope * (size sigma slope - slope) ^ 2 + (1 - up sigma slope) * (- size sigma slope - slope) ^ 2 = sigma ^ 2.
Proof.
  intros H. pose proof (size_pos sigma slope H). pose proof (size_sq sigma slope). unfold up. split; [field; lra|].
  replace (sigma ^ 2) with (size sigma slope ^ 2 - slope ^ 2) by lra. field. lra.
Qed.

(* Claim: free.converse *)
Theorem above_the_floor rho sigma a r beta : 0 < a -> a ^ 2 = sigma ^ 2 + r ^ 2 -> 0 <= rho -> rho < 1 ->
  r * (1 + rho * beta / a) = rho * a + beta ->
  (1 + - r / a) / 2 * (a + beta) + (1 - (1 + - r / a) / 2) * (a - beta) = a - beta * r / a /\
  r - beta - rho * (a - beta * r / a) = 0 /\
  floor rho sigma + 2 * rho * a * beta - rho ^ 4 * beta ^ 2 / (1 - rho ^ 2) <= r ^ 2.
Proof.
  intros Ha Ea Hr0 Hr E. assert (U : 0 < 1 - rho ^ 2) by nra.
  assert (E' : r + r * rho * beta / a = rho * a + beta) by (rewrite <- E; field; lra).
  split; [field; lra|]. split.
  - replace (rho * (a - beta * r / a)) with (rho * a - r * rho * beta / a) by (field; lra). lra.
  - set (k := 1 - rho * r / a). assert (K1 : r - rho * a = beta * k).
    { unfold k. replace (beta * (1 - rho * r / a)) with (beta - r * rho * beta / a) by (field; lra). lra. }
    assert (K2 : rho * a * k = rho * a - rho ^ 2 * r) by (unfold k; field; lra).
    assert (Sq : 0 <= beta ^ 2 * (k - rho ^ 2) ^ 2) by (apply Rmult_le_pos; apply pow2_ge_0).
    apply Rmult_le_reg_r with (1 - rho ^ 2); [exact U|].
    replace ((floor rho sigma + 2 * rho * a * beta - rho ^ 4 * beta ^ 2 / (1 - rho ^ 2)) * (1 - rho ^ 2))
      with (rho ^ 2 * (a ^ 2 - r ^ 2) + 2 * rho * a * beta * (1 - rho ^ 2) - rho ^ 4 * beta ^ 2)
      by (unfold floor; replace (a ^ 2 - r ^ 2) with (sigma ^ 2) by lra; field; lra).
    assert (Main : (r - rho * a) * (r + rho * a)
      = 2 * rho * a * beta * (1 - rho ^ 2) + beta ^ 2 * (k - rho ^ 2) ^ 2 - rho ^ 4 * beta ^ 2).
    { replace (r + rho * a) with (beta * k + 2 * (rho * a)) by lra. rewrite K1.
      replace (beta * k * (beta * k + 2 * (rho * a))) with (beta ^ 2 * k ^ 2 + 2 * beta * (rho * a * k)) by ring.
      rewrite K2. replace r with (rho * a + beta * k) by lra. ring. }
    replace ((r - rho * a) * (r + rho * a)) with (r ^ 2 - rho ^ 2 * a ^ 2) in Main by ring. lra.
Qed.

(** At that point the mean step of the instance is zero. *)
Theorem at_rest rho sigma r beta : 0 < sigma -> 0 <= beta -> beta <= sigma ->
  r * (1 + rho * beta / size sigma r) = rho * size sigma r + beta -> mean_step rho sigma beta (- r) = 0.
Proof.
  intros Hs Hb Small E. pose proof (size_pos sigma r Hs) as P. pose proof (size_above sigma r Hs) as Above.
  assert (Same : size sigma (- r) = size sigma r) by (unfold size; f_equal; ring).
  unfold mean_step, up. rewrite Same, (Rabs_pos_eq (size sigma r + beta)) by lra.
  rewrite (Rabs_left1 (- size sigma r + beta)) by lra.
  assert (E' : r + r * rho * beta / size sigma r = rho * size sigma r + beta) by (rewrite <- E; field; lra).
  replace ((1 + - r / size sigma r) / 2 * (size sigma r + beta) + (1 - (1 + - r / size sigma r) / 2) *
    - (- size sigma r + beta)) with (size sigma r - beta * r / size sigma r) by (field; lra).
  replace (rho * (size sigma r - beta * r / size sigma r)) with (rho * size sigma r - r * rho * beta / size sigma r)
    by (field; lra). lra.
Qed.

(** For every constant C and however small the staleness is to be: an instance at rest more than C beta^2 above the
    floor. *)
Theorem cross_term_is_real rho sigma C beta0 : 0 < rho -> rho < 1 -> 0 < sigma -> 0 <= C -> 0 < beta0 ->
  exists r beta, 0 < beta <= beta0 /\ 0 <= r /\ mean_step rho sigma beta (- r) = 0 /\
    floor rho sigma + C * beta ^ 2 < r ^ 2.
Proof.
  intros Hr Hr1 Hs HC Hb. assert (U : 0 < 1 - rho ^ 2) by nra.
  set (D := C + rho ^ 4 / (1 - rho ^ 2)).
  assert (HD : 0 < D).
  { unfold D. assert (0 < rho ^ 4) by (apply pow_lt; exact Hr). assert (0 < rho ^ 4 / (1 - rho ^ 2))
      by (now apply Rdiv_lt_0_compat). lra. }
  set (b := Rmin (Rmin beta0 sigma) (rho * sigma / D)).
  assert (Hpos : 0 < b).
  { unfold b. apply Rmin_glb_lt; [now apply Rmin_glb_lt|]. apply Rdiv_lt_0_compat; [nra | exact HD]. }
  assert (B1 : b <= beta0) by (unfold b; eapply Rle_trans; [apply Rmin_l | apply Rmin_l]).
  assert (B2 : b <= sigma) by (unfold b; eapply Rle_trans; [apply Rmin_l | apply Rmin_r]).
  assert (B3 : b <= rho * sigma / D) by (unfold b; apply Rmin_r).
  (* a point a little beyond the floor's, and the staleness that keeps the weight there *)
  set (r0 := sqrt (floor rho sigma)).
  assert (F0 : 0 < floor rho sigma) by (unfold floor; apply Rdiv_lt_0_compat; [nra | exact U]).
  assert (R0 : r0 ^ 2 = floor rho sigma) by (apply pow2_sqrt; lra).
  assert (P0 : 0 < r0) by (now apply sqrt_lt_R0).
  set (eps := (1 - rho) * b). assert (He : 0 < eps) by (unfold eps; nra).
  set (r := r0 + eps). set (a := size sigma r).
  assert (Pa : 0 < a) by (now apply size_pos). assert (Ea : a ^ 2 = r ^ 2 + sigma ^ 2) by apply size_sq.
  assert (A0 : rho ^ 2 * (r0 ^ 2 + sigma ^ 2) = r0 ^ 2)
    by (rewrite R0; unfold floor; field; lra).
  assert (Lo : rho * a < r).
  { assert (rho ^ 2 * a ^ 2 < r ^ 2).
    { rewrite Ea. assert (r0 ^ 2 < r ^ 2) by (unfold r; nra).
      assert (S0 : rho ^ 2 * sigma ^ 2 = (1 - rho ^ 2) * r0 ^ 2) by lra.
      assert (M : (1 - rho ^ 2) * r0 ^ 2 < (1 - rho ^ 2) * r ^ 2) by (now apply Rmult_lt_compat_l). lra. }
    assert (0 < rho * a) by (now apply Rmult_lt_0_compat). assert (0 < r) by (unfold r; lra).
    apply Rsqr_incrst_0; [|lra|lra]. rewrite !Rsqr_pow2. rewrite Rpow_mult_distr. assumption. }
  assert (Hi : r - rho * a <= eps).
  { assert (r0 <= rho * a).
    { assert (r0 ^ 2 <= rho ^ 2 * a ^ 2).
      { rewrite <- A0, Ea. apply Rmult_le_compat_l; [apply pow2_ge_0|].
        assert (r0 ^ 2 <= r ^ 2) by (unfold r; nra). lra. }
      assert (0 < rho * a) by (now apply Rmult_lt_0_compat).
      apply Rsqr_incr_0; [|lra|lra]. rewrite !Rsqr_pow2. rewrite Rpow_mult_distr. assumption. }
    unfold r. lra. }
  assert (RA : r < a) by (assert (r ^ 2 < a ^ 2) by nra; assert (0 < r) by (unfold r; lra); nra).
  set (k := 1 - rho * r / a).
  assert (Hk : 1 - rho <= k).
  { unfold k. assert (rho * r / a <= rho).
    { apply Rmult_le_reg_r with a; [exact Pa|]. replace (rho * r / a * a) with (rho * r) by (field; lra). nra. } lra. }
  set (beta := (r - rho * a) / k).
  assert (Hbeta : 0 < beta) by (unfold beta; apply Rdiv_lt_0_compat; lra).
  assert (Kb : beta * k = r - rho * a) by (unfold beta; field; lra).
  assert (Small : beta <= b).
  { apply Rmult_le_reg_r with k; [lra|]. rewrite Kb. apply Rle_trans with (1 := Hi). unfold eps. nra. }
  assert (E : r * (1 + rho * beta / a) = rho * a + beta).
  { replace (r * (1 + rho * beta / a)) with (r + beta - beta * k) by (unfold k; field; lra). lra. }
  exists r, beta. split; [lra|]. split; [unfold r; lra|]. split.
  - apply at_rest; [exact Hs | lra | lra | exact E].
  - destruct (above_the_floor rho sigma a r beta Pa ltac:(lra) ltac:(lra) Hr1 E) as (_ & _ & Above).
    apply Rlt_le_trans with (2 := Above).
    assert (Sa : sigma <= a) by (now apply size_above).
    assert (D * beta <= rho * sigma).
    { apply Rle_trans with (D * (rho * sigma / D)); [apply Rmult_le_compat_l; lra | right; field; lra]. }
    replace (rho ^ 4 * beta ^ 2 / (1 - rho ^ 2)) with ((D - C) * beta ^ 2) by (unfold D; field; lra).
    assert (D * beta ^ 2 <= rho * sigma * beta).
    { replace (D * beta ^ 2) with (D * beta * beta) by ring. apply Rmult_le_compat_r; lra. }
    assert (Pra : 0 < rho * a) by (now apply Rmult_lt_0_compat).
    assert (rho * sigma * beta <= rho * a * beta)
      by (apply Rmult_le_compat_r; [lra | apply Rmult_le_compat_l; lra]).
    assert (0 < rho * a * beta) by (now apply Rmult_lt_0_compat). lra.
Qed.
