(** Theorem 1 by one multiplier: what a numeric search for A_sharp rests on.

    Adding 2 mu times (ii) to (i) eliminates a and Y and leaves A <= G(A; mu); and as G(t A) >= t G(A) for t <= 1,
    one number A1 with G(A1; mu) < A1 lies above every feasible A. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Sums InnerProduct Master Synchronous.
Local Open Scope R_scope.

(** * Functions that shrink no faster than their argument *)

Definition star_shaped (G : R -> R) : Prop := forall t A, 0 <= t <= 1 -> 0 <= A -> t ^ 2 * G A <= G (t ^ 2 * A).

(** The bound for any saturation term T, and noise of any energy and any cross term g sigma with what lies across the
    gradient: (i) plus 2 mu times (ii), Cauchy-Schwarz in the plane of a and S, and the square in Y completed. *)
(* Claim: multiplier.bound *)
Theorem multiplier_bound_any p x energy g sigma T q qn mu A r Y a S u :
  0 <= Y -> 0 <= mu -> 0 < 1 - q ^ 2 - mu * x -> r ^ 2 = A -> S ^ 2 = Y ^ 2 - a ^ 2 ->
  0 <= u -> u ^ 2 = (1 - mu) ^ 2 * A + (mu * (g * sigma)) ^ 2 ->
  A + Y ^ 2 - 2 * a * r <= (T + q * Y + qn) ^ 2 ->
  a * r <= p + x / 2 * Y ^ 2 + energy / 2 + g * sigma * S ->
  A <= (T + qn) ^ 2 + mu * (2 * p + energy) + (u + q * (T + qn)) ^ 2 / (1 - q ^ 2 - mu * x).
Proof.
  intros HY Hm Den Er ES Hu Eu I II. set (s := 1 - q ^ 2 - mu * x) in *. set (E := T + qn).
  assert (CS : (1 - mu) * r * a + mu * (g * sigma) * S <= u * Y).
  { apply root_order; [now apply Rmult_le_pos|]. rewrite Rpow_mult_distr, Eu, <- Er.
    replace (Y ^ 2) with (a ^ 2 + S ^ 2) by lra.
    pose proof (pow2_ge_0 ((1 - mu) * r * S - mu * (g * sigma) * a)). lra. }
  apply (Rmult_le_compat_l (2 * mu)) in II; [|lra].
  assert (Sq : 2 * (u + q * E) * Y <= s * Y ^ 2 + (u + q * E) ^ 2 / s).
  { apply Rmult_le_reg_l with s; [exact Den|].
    replace (s * (s * Y ^ 2 + (u + q * E) ^ 2 / s))
      with ((s * Y - (u + q * E)) ^ 2 + s * (2 * (u + q * E) * Y)) by (field; lra).
    pose proof (pow2_ge_0 (s * Y - (u + q * E))). lra. }
  replace (T + q * Y + qn) with (E + q * Y) in I by (unfold E; ring). unfold s in Sq at 1. lra.
Qed.

(** One number excludes all above it. *)
Lemma excluded G A1 A : star_shaped G -> 0 < A1 -> G A1 < A1 -> 0 <= A -> A <= G A -> A < A1.
Proof.
  intros Star P1 Below HA B. apply Rnot_le_lt. intros Above.
  set (t := sqrt (A1 / A)). assert (PA : 0 < A) by lra.
  assert (Q : 0 <= A1 / A <= 1).
  { split; [left; now apply Rdiv_lt_0_compat|].
    apply Rmult_le_reg_r with A; [exact PA|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
  assert (T2 : t ^ 2 = A1 / A) by (apply pow2_sqrt; lra).
  assert (T : 0 <= t <= 1).
  { split; [apply sqrt_pos|]. rewrite <- sqrt_1. now apply sqrt_le_1_alt. }
  specialize (Star t A T HA). rewrite T2 in Star. replace (A1 / A * A) with A1 in Star by (field; lra).
  apply (Rmult_le_compat_l (A1 / A)) in B; [|lra].
  replace (A1 / A * A) with A1 in B by (field; lra). lra.
Qed.

Lemma root_shrinks t y z : 0 <= t -> 0 <= y -> t ^ 2 * y <= z -> t * sqrt y <= sqrt z.
Proof.
  intros T0 Hy L. rewrite <- (sqrt_pow2 t T0) at 1. rewrite <- sqrt_mult by (try exact Hy; apply pow2_ge_0).
  now apply sqrt_le_1_alt.
Qed.

Section multiplier.
  Variables p x xn sigma rho rbar q qn mu theta : R.
  Hypothesis p_nonneg : 0 <= p.
  Hypothesis x_nonneg : 0 <= x.
  Hypothesis xn_nonneg : 0 <= xn.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis q_nonneg : 0 <= q.
  Hypothesis qn_nonneg : 0 <= qn.
  Hypothesis mu_nonneg : 0 <= mu.
  Hypothesis theta_range : 0 <= theta <= 1.
  Let s := 1 - q ^ 2 - mu * x.
  Hypothesis s_pos : 0 < s.

  (** The drift is at most sqrt (rho^2 A + rbar^2 sigma^2): rho R, or less where the saturation was measured. *)
  Definition drift (A : R) : R := sqrt (rho ^ 2 * A + (rbar * sigma) ^ 2).
  Definition early (A : R) : R := drift A + qn.

  (** [start]: what the start and the noise along the path cost; [gain A]: what v gains, per unit of Y; [paid]: the
      weight of what is paid as [early A]. *)
  Definition right_side (start paid : R) (gain : R -> R) (A : R) : R :=
    early A ^ 2 + start + 2 * paid * early A + (gain A + q * early A) ^ 2 / s.

  Lemma early_nonneg A : 0 <= early A.
  Proof. apply Rplus_le_le_0_compat; [apply sqrt_pos | exact qn_nonneg]. Qed.

  Lemma early_shrinks t A : 0 <= t <= 1 -> 0 <= A -> t * early A <= early (t ^ 2 * A).
  Proof.
    intros [T0 T1] HA. assert (T2 : t ^ 2 <= 1) by (rewrite <- (pow1 2); apply pow_incr; lra).
    pose proof (pow2_ge_0 (rbar * sigma)) as S2. pose proof (Rmult_le_pos _ _ (pow2_ge_0 rho) HA) as RA.
    assert (L : t * drift A <= drift (t ^ 2 * A)).
    { apply root_shrinks; [exact T0 | lra|]. pose proof (Rmult_le_compat_r _ _ _ S2 T2). lra. }
    unfold early. pose proof (Rmult_le_compat_r qn t 1 qn_nonneg T1). lra.
  Qed.

  (* Claim: multiplier.ray *)
  Theorem right_side_star_shaped start paid gain :
    0 <= start -> 0 <= paid -> (forall A, 0 <= gain A) ->
    (forall t A, 0 <= t <= 1 -> 0 <= A -> t * gain A <= gain (t ^ 2 * A)) ->
    star_shaped (right_side start paid gain).
  Proof.
    intros Hs Hp Hg Shrinks t A [T0 T1] HA.
    assert (T2 : t ^ 2 <= 1) by (rewrite <- (pow1 2); apply pow_incr; lra).
    pose proof (early_shrinks t A (conj T0 T1) HA) as E. pose proof (Shrinks t A (conj T0 T1) HA) as U.
    pose proof (early_nonneg A) as E0. pose proof (Hg A) as U0.
    assert (E2 : t ^ 2 * early A ^ 2 <= early (t ^ 2 * A) ^ 2).
    { rewrite <- Rpow_mult_distr. apply pow_incr. split; [now apply Rmult_le_pos | exact E]. }
    assert (B2 : t ^ 2 * (gain A + q * early A) ^ 2 <= (gain (t ^ 2 * A) + q * early (t ^ 2 * A)) ^ 2).
    { rewrite <- Rpow_mult_distr. pose proof (Rmult_le_compat_l q _ _ q_nonneg E).
      apply pow_incr. split; [|lra].
      apply Rmult_le_pos; [exact T0|]. apply Rplus_le_le_0_compat; [exact U0 | now apply Rmult_le_pos]. }
    assert (C : t ^ 2 * start <= start) by (pose proof (Rmult_le_compat_r start _ _ Hs T2); lra).
    assert (D : t ^ 2 * (paid * early A) <= paid * early (t ^ 2 * A)).
    { apply Rle_trans with (paid * (t * early A)); [|now apply Rmult_le_compat_l].
      pose proof (Rmult_le_pos _ _ (Rmult_le_pos _ _ Hp E0) T0) as Q.
      pose proof (Rmult_le_compat_l _ _ _ Q T1). lra. }
    apply (Rmult_le_compat_r (/ s)) in B2; [|left; now apply Rinv_0_lt_compat].
    unfold right_side, Rdiv. lra.
  Qed.

  (** Whatever the noise term: (i) and 2 mu (ii) with Y eliminated. *)
  Lemma eliminated_by_multiplier A Y aA noise u paid start :
    A + Y ^ 2 - 2 * aA <= (early A + q * Y) ^ 2 ->
    2 * mu * aA <= start + mu * x * Y ^ 2 + 2 * noise ->
    (1 - mu) * aA + noise <= u * Y + paid * early A ->
    A <= early A ^ 2 + start + 2 * paid * early A + (u + q * early A) ^ 2 / s.
  Proof.
    intros I II Gain. set (E := early A) in *.
    assert (Best : 2 * (u + q * E) * Y <= s * Y ^ 2 + (u + q * E) ^ 2 / s).
    { apply Rmult_le_reg_l with s; [exact s_pos|].
      replace (s * (s * Y ^ 2 + (u + q * E) ^ 2 / s)) with ((s * Y - (u + q * E)) ^ 2 + s * (2 * (u + q * E) * Y))
        by (field; lra).
      pose proof (pow2_ge_0 (s * Y - (u + q * E))). lra. }
    unfold s in Best at 1. lra.
  Qed.

  (** * The sharp form *)

  Let start1 := mu * (2 * p + x * sigma ^ 2).
  Definition plane_gain (A : R) : R := sqrt ((1 - mu) ^ 2 * A + (mu * (x * sigma)) ^ 2).

  Theorem multiplier_bound A Y a :
    0 <= A -> feasible p x sigma 0 q (early A) A Y a -> A <= right_side start1 0 plane_gain A.
  Proof.
    intros HA (PY & Short & I & II). unfold eta in I.
    assert (S2 : sqrt A ^ 2 = A) by now apply pow2_sqrt. set (r := sqrt A) in *.
    assert (Sq : a ^ 2 <= Y ^ 2) by (rewrite <- pow2_abs; apply pow_incr; split; [apply Rabs_pos | exact Short]).
    set (z := sqrt (Y ^ 2 - a ^ 2)) in *.
    assert (Z2 : z ^ 2 = Y ^ 2 - a ^ 2) by (apply pow2_sqrt; lra).
    (* what v gains along F and across it, by Cauchy-Schwarz in the plane *)
    assert (Gain : (1 - mu) * r * a + mu * (x * sigma) * z <= plane_gain A * Y).
    { apply Rle_trans with (sqrt ((((1 - mu) * r) ^ 2 + (mu * (x * sigma)) ^ 2) * Y ^ 2)).
      - apply plane; [exact PY | lra].
      - rewrite sqrt_mult_alt, sqrt_pow2 by
          (try exact PY; pose proof (pow2_ge_0 ((1 - mu) * r)); pose proof (pow2_ge_0 (mu * (x * sigma))); lra).
        unfold plane_gain. rewrite Rpow_mult_distr, S2. lra. }
    apply (eliminated_by_multiplier A Y (a * r) (mu * (x * sigma) * z)); unfold start1.
    - replace (early A + q * Y) with (0 * radius sigma A + q * Y + early A) by ring. lra.
    - apply (Rmult_le_compat_l (2 * mu)) in II; lra.
    - lra.
  Qed.

  (* Claim: multiplier.end *)
  Theorem multiplier_end A1 A Y a :
    0 < A1 -> right_side start1 0 plane_gain A1 < A1 -> 0 <= A -> feasible p x sigma 0 q (early A) A Y a -> A < A1.
  Proof.
    intros P1 Below HA Fe.
    apply (excluded (right_side start1 0 plane_gain)); auto; [|now apply multiplier_bound with (Y := Y) (a := a)].
    pose proof (pow2_ge_0 (mu * (x * sigma))) as M2. pose proof (pow2_ge_0 (1 - mu)) as M1.
    apply right_side_star_shaped; [|lra|intros; apply sqrt_pos|].
    - apply Rmult_le_pos; [exact mu_nonneg|]. pose proof (Rmult_le_pos x _ x_nonneg (pow2_ge_0 sigma)). lra.
    - intros t B [T0 T1] HB. assert (T2 : t ^ 2 <= 1) by (rewrite <- (pow1 2); apply pow_incr; lra).
      apply root_shrinks; [exact T0| |].
      + pose proof (Rmult_le_pos _ _ M1 HB). lra.
      + pose proof (Rmult_le_compat_r _ _ _ M2 T2). lra.
  Qed.

  (** * The noise-resolved form, z = min (Y, eta (Y)) being what the noise meets *)

  Let w := sqrt (x * xn) * sigma.
  Let start2 := mu * (2 * p + xn * sigma ^ 2).
  Let paid2 := mu * w * (1 - theta).
  Definition line_gain (A : R) : R := Rabs (1 - mu) * sqrt A + mu * w * (theta + (1 - theta) * q).

  Let w_nonneg : 0 <= w.
  Proof. apply Rmult_le_pos; [apply sqrt_pos | exact sigma_nonneg]. Qed.

  (* Claim: multiplier.bound_resolved *)
  Theorem multiplier_bound_resolved A Y a :
    0 <= A -> feasible_resolved p x xn sigma 0 q (early A) A Y a -> A <= right_side start2 paid2 line_gain A.
  Proof.
    intros HA Fe. pose proof (resolved_printed p x xn sigma 0 q (early A) A Y a sigma_nonneg HA (Rle_refl 0)
      q_nonneg (early_nonneg A) Fe) as II. fold w in II.
    destruct Fe as (PY & Short & I & _). unfold eta in I.
    assert (Ea : eta sigma 0 q (early A) A Y = early A + q * Y) by (unfold eta; ring). rewrite Ea in II.
    set (z := Rmin Y (early A + q * Y)) in *.
    pose proof (Rmin_l Y (early A + q * Y)) as Z1. pose proof (Rmin_r Y (early A + q * Y)) as Z2. fold z in Z1, Z2.
    pose proof (sqrt_pos A) as R0.
    assert (Along : (1 - mu) * (a * sqrt A) <= Rabs (1 - mu) * sqrt A * Y).
    { apply Rle_trans with (Rabs ((1 - mu) * (a * sqrt A))); [apply Rle_abs|].
      rewrite !Rabs_mult, (Rabs_pos_eq (sqrt A)) by exact R0.
      replace (Rabs (1 - mu) * (Rabs a * sqrt A)) with (Rabs (1 - mu) * sqrt A * Rabs a) by ring.
      apply Rmult_le_compat_l; [apply Rmult_le_pos; [apply Rabs_pos | exact R0] | exact Short]. }
    assert (Share : z <= theta * Y + (1 - theta) * (early A + q * Y)).
    { pose proof (Rmult_le_compat_l theta _ _ (proj1 theta_range) Z1).
      pose proof (Rmult_le_compat_l (1 - theta) _ _ ltac:(lra) Z2). lra. }
    apply (Rmult_le_compat_l (mu * w)) in Share; [|now apply Rmult_le_pos].
    apply (eliminated_by_multiplier A Y (a * sqrt A) (mu * w * z)); unfold start2.
    - replace (early A + q * Y) with (0 * radius sigma A + q * Y + early A) by ring. lra.
    - apply (Rmult_le_compat_l (2 * mu)) in II; lra.
    - unfold line_gain, paid2. lra.
  Qed.

  (* Claim: multiplier.end_resolved *)
  Theorem multiplier_end_resolved A1 A Y a :
    0 < A1 -> right_side start2 paid2 line_gain A1 < A1 -> 0 <= A ->
    feasible_resolved p x xn sigma 0 q (early A) A Y a -> A < A1.
  Proof.
    intros P1 Below HA Fe.
    apply (excluded (right_side start2 paid2 line_gain)); auto;
      [|now apply multiplier_bound_resolved with (Y := Y) (a := a)].
    assert (Fixed : 0 <= mu * w * (theta + (1 - theta) * q)).
    { apply Rmult_le_pos; [now apply Rmult_le_pos|].
      pose proof (Rmult_le_pos (1 - theta) q ltac:(lra) q_nonneg). lra. }
    apply right_side_star_shaped.
    - apply Rmult_le_pos; [exact mu_nonneg|]. pose proof (Rmult_le_pos xn _ xn_nonneg (pow2_ge_0 sigma)). lra.
    - apply Rmult_le_pos; [now apply Rmult_le_pos | lra].
    - intros B. apply Rplus_le_le_0_compat; [|exact Fixed]. apply Rmult_le_pos; [apply Rabs_pos | apply sqrt_pos].
    - intros t B [T0 T1] HB. unfold line_gain.
      pose proof (root_shrinks t B (t ^ 2 * B) T0 HB (Rle_refl _)) as Rt.
      apply (Rmult_le_compat_l (Rabs (1 - mu))) in Rt; [|apply Rabs_pos].
      pose proof (Rmult_le_compat_r _ _ _ Fixed T1). lra.
  Qed.
End multiplier.

(** Theorem 1: with rbar = rho the drift is rho R. *)
(* Claim: multiplier.sharp *)
Theorem multiplier_sharp p x sigma rho q qn mu A1 A Y a :
  0 <= p -> 0 <= x -> 0 <= sigma -> 0 <= rho -> 0 <= q -> 0 <= qn -> 0 <= mu -> 0 < 1 - q ^ 2 - mu * x ->
  0 < A1 ->
  right_side x sigma rho rho q qn mu (mu * (2 * p + x * sigma ^ 2)) 0 (plane_gain x sigma mu) A1 < A1 ->
  0 <= A -> feasible p x sigma rho q qn A Y a -> A < A1.
Proof.
  intros Hp Hx Hs Hr Hq Hn Hm Den P1 Below HA (PY & Short & I & II).
  apply (multiplier_end p x sigma rho rho q qn mu) with (Y := Y) (a := a); auto.
  split; [exact PY|]. split; [exact Short|]. split; [|exact II].
  replace (eta sigma 0 q (early sigma rho rho qn A) A Y) with (eta sigma rho q qn A Y); [exact I|].
  assert (D : drift sigma rho rho A = rho * radius sigma A).
  { unfold drift, radius. rewrite <- (sqrt_pow2 rho Hr) at 3.
    rewrite <- sqrt_mult; [f_equal; ring | apply pow2_ge_0 | pose proof (pow2_ge_0 sigma); lra]. }
  unfold eta, early. rewrite D. ring.
Qed.
