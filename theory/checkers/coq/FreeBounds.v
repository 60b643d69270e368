(** Theorem 4 in closed form: what (i4) and (ii) say of A alone, when a number is an upper end, and how many iterations
    reach the floor itself.

    (i4) has E4(Y) = e0 + e1 Y + e2 Y^2 in the place of the cross term of the lag. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Sums InnerProduct Master Complexity Multiplier.
Local Open Scope R_scope.

(** (i4) plus 2 mu times (ii), Cauchy-Schwarz in the plane of a and S, and the square in Y completed. *)
(* Claim: free.multiplier *)
Theorem free_multiplier p x energy g sigma T q e0 e1 e2 mu A r Y a S u :
  0 <= Y -> 0 <= mu -> 0 < 1 - q ^ 2 - e2 - mu * x -> r ^ 2 = A -> S ^ 2 = Y ^ 2 - a ^ 2 ->
  0 <= u -> u ^ 2 = (1 - mu) ^ 2 * A + (mu * (g * sigma)) ^ 2 ->
  A + Y ^ 2 - 2 * a * r <= (T + q * Y) ^ 2 + e0 + e1 * Y + e2 * Y ^ 2 ->
  a * r <= p + x / 2 * Y ^ 2 + energy / 2 + g * sigma * S ->
  A <= T ^ 2 + e0 + mu * (2 * p + energy) + (u + e1 / 2 + q * T) ^ 2 / (1 - q ^ 2 - e2 - mu * x).
Proof.
  intros HY Hm Den Er ES Hu Eu I II. set (s := 1 - q ^ 2 - e2 - mu * x) in *. set (V := u + e1 / 2 + q * T).
  assert (CS : (1 - mu) * r * a + mu * (g * sigma) * S <= u * Y).
  { apply root_order; [now apply Rmult_le_pos|]. rewrite Rpow_mult_distr, Eu, <- Er.
    replace (Y ^ 2) with (a ^ 2 + S ^ 2) by lra.
    pose proof (pow2_ge_0 ((1 - mu) * r * S - mu * (g * sigma) * a)). lra. }
  apply (Rmult_le_compat_l (2 * mu)) in II; [|lra].
  assert (Sq : 2 * V * Y <= s * Y ^ 2 + V ^ 2 / s).
  { apply Rmult_le_reg_l with s; [exact Den|].
    replace (s * (s * Y ^ 2 + V ^ 2 / s)) with ((s * Y - V) ^ 2 + s * (2 * V * Y)) by (field; lra).
    pose proof (pow2_ge_0 (s * Y - V)). lra. }
  replace (2 * V * Y) with (2 * (u + e1 / 2 + q * T) * Y) in Sq by (unfold V; ring).
  replace (s * Y ^ 2) with ((1 - q ^ 2 - e2 - mu * x) * Y ^ 2) in Sq by (unfold s; ring). lra.
Qed.

(** mu = 1, where u = x sigma: (4E). *)
(* Claim: free.explicit *)
Theorem free_explicit p x sigma rho R_ q e0 e1 e2 A r Y a S :
  0 <= sigma -> 0 <= x -> 0 <= Y -> x + q ^ 2 + e2 < 1 -> r ^ 2 = A -> S ^ 2 = Y ^ 2 - a ^ 2 ->
  A + Y ^ 2 - 2 * a * r <= (rho * R_ + q * Y) ^ 2 + e0 + e1 * Y + e2 * Y ^ 2 ->
  a * r <= p + x / 2 * Y ^ 2 + x / 2 * sigma ^ 2 + x * sigma * S ->
  A <= 2 * p + x * sigma ^ 2 + (rho * R_) ^ 2 + e0
    + (rho * R_ * q + x * sigma + e1 / 2) ^ 2 / (1 - x - q ^ 2 - e2).
Proof.
  intros Hs Hx HY Den Er ES I II.
  pose proof (free_multiplier p x (x * sigma ^ 2) x sigma (rho * R_) q e0 e1 e2 1 A r Y a S (x * sigma) HY ltac:(lra)
    ltac:(lra) Er ES ltac:(now apply Rmult_le_pos) ltac:(ring) I ltac:(lra)) as B.
  replace (1 - q ^ 2 - e2 - 1 * x) with (1 - x - q ^ 2 - e2) in B by ring.
  replace (x * sigma + e1 / 2 + q * (rho * R_)) with (rho * R_ * q + x * sigma + e1 / 2) in B by ring. lra.
Qed.

(** * One number excludes all above it *)

(** E4's constant and linear coefficients, for a step that the device makes, R0, and the root h of the window's length
    D. *)
Definition constant4 (step rho nu sigma D h k1 k2 eta R0 : R) : R :=
  step ^ 2 * ((1 + rho ^ 2) * nu ^ 2 + 2 * h * sigma * (k1 + k2 * R0) + eta * D * sigma ^ 2).
Definition linear4 (step rho Lambda1 nu sigma D h k1 k2 eta R0 : R) : R :=
  step ^ 2 * (2 * (1 + rho + rho ^ 2) * Lambda1 * nu + 2 * D * (k1 + k2 * R0) + 2 * eta * D * h * sigma).

Section free_end.
  Variables p x energy w rho noise q e2 mu sigma phi0 step nu Lambda1 D k1 k2 eta : R.
  Hypothesis p_nonneg : 0 <= p.
  Hypothesis energy_nonneg : 0 <= energy.
  Hypothesis noise_nonneg : 0 <= noise.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis q_nonneg : 0 <= q.
  Hypothesis mu_nonneg : 0 <= mu.
  Hypothesis phi0_nonneg : 0 <= phi0.
  Hypothesis nu_nonneg : 0 <= nu.
  Hypothesis Lambda1_nonneg : 0 <= Lambda1.
  Hypothesis D_nonneg : 0 <= D.
  Hypothesis k1_nonneg : 0 <= k1.
  Hypothesis k2_nonneg : 0 <= k2.
  Hypothesis eta_nonneg : 0 <= eta.
  Let s := 1 - q ^ 2 - e2 - mu * x.
  Hypothesis s_pos : 0 < s.

  Definition frozen (A : R) : R := sqrt (1 * A + (sigma ^ 2 + phi0)).
  Definition e0_at (A : R) : R := constant4 step rho nu sigma D (sqrt D) k1 k2 eta (frozen A).
  Definition e1_at (A : R) : R := linear4 step rho Lambda1 nu sigma D (sqrt D) k1 k2 eta (frozen A).
  Definition gain4 (A : R) : R := plane_gain w mu A + e1_at A / 2.
  Definition right4 (A : R) : R := e0_at A + side (start p energy mu) 0 q s (drift rho noise A) (gain4 A).

  Lemma scaled_affine t c b y z : 0 <= t <= 1 -> 0 <= c -> 0 <= b -> t * y <= z -> t * (c + b * y) <= c + b * z.
  Proof.
    intros Ht Hc Hb L. pose proof (Rmult_le_compat_l b _ _ Hb L). pose proof (Rmult_le_compat_r c _ _ Hc (proj2 Ht)).
    lra.
  Qed.

  Lemma frozen_shrinks t A : 0 <= t <= 1 -> 0 <= A -> t * frozen A <= frozen (t ^ 2 * A).
  Proof. intros Ht HA. pose proof (pow2_ge_0 sigma). apply affine_shrinks; auto; lra. Qed.

  Lemma window_root_nonneg : 0 <= sqrt D.
  Proof. apply sqrt_pos. Qed.

  Lemma e0_shrinks t A : 0 <= t <= 1 -> 0 <= A -> t ^ 2 * e0_at A <= e0_at (t ^ 2 * A).
  Proof.
    intros Ht HA. pose proof (frozen_shrinks t A Ht HA) as Fr. pose proof window_root_nonneg as Hh.
    set (c := step ^ 2 * ((1 + rho ^ 2) * nu ^ 2 + 2 * sqrt D * sigma * k1 + eta * D * sigma ^ 2)).
    set (b := step ^ 2 * (2 * sqrt D * sigma * k2)).
    assert (E : forall B, e0_at B = c + b * frozen B) by (intros B; unfold e0_at, constant4, c, b; ring).
    assert (Hc : 0 <= c).
    { apply Rmult_le_pos; [apply pow2_ge_0|]. pose proof (pow2_ge_0 rho).
      repeat apply Rplus_le_le_0_compat; repeat apply Rmult_le_pos; auto using pow2_ge_0; lra. }
    assert (Hb : 0 <= b) by (apply Rmult_le_pos; [apply pow2_ge_0|]; repeat apply Rmult_le_pos; auto; lra).
    rewrite !E. pose proof (scaled_affine t c b _ _ Ht Hc Hb Fr) as L.
    assert (P : 0 <= c + b * frozen A).
    { apply Rplus_le_le_0_compat; [exact Hc | apply Rmult_le_pos; [exact Hb | apply sqrt_pos]]. }
    pose proof (Rmult_le_pos t _ (proj1 Ht) P) as TP. pose proof (Rmult_le_compat_r _ _ _ TP (proj2 Ht)). lra.
  Qed.

  Lemma e1_parts : exists c b, 0 <= c /\ 0 <= b /\ forall B, e1_at B = c + b * frozen B.
  Proof.
    exists (step ^ 2 * (2 * (1 + rho + rho ^ 2) * Lambda1 * nu + 2 * D * k1 + 2 * eta * D * sqrt D * sigma)),
      (step ^ 2 * (2 * D * k2)).
    pose proof window_root_nonneg as Hh. pose proof (pow2_ge_0 rho). split; [|split].
    - apply Rmult_le_pos; [apply pow2_ge_0|].
      repeat apply Rplus_le_le_0_compat; repeat apply Rmult_le_pos; auto; lra.
    - apply Rmult_le_pos; [apply pow2_ge_0|]. repeat apply Rmult_le_pos; auto; lra.
    - intros B. unfold e1_at, linear4. ring.
  Qed.

  Lemma e1_nonneg A : 0 <= e1_at A.
  Proof.
    destruct e1_parts as (c & b & Hc & Hb & ->). apply Rplus_le_le_0_compat; [exact Hc|].
    apply Rmult_le_pos; [exact Hb | apply sqrt_pos].
  Qed.

  Lemma gain4_shrinks t A : 0 <= t <= 1 -> 0 <= A -> t * gain4 A <= gain4 (t ^ 2 * A).
  Proof.
    intros Ht HA. destruct e1_parts as (c & b & Hc & Hb & E). unfold gain4. rewrite !E.
    pose proof (scaled_affine t c b _ _ Ht Hc Hb (frozen_shrinks t A Ht HA)).
    pose proof (affine_shrinks ((1 - mu) ^ 2) ((mu * w) ^ 2) t A (pow2_ge_0 _) (pow2_ge_0 _) Ht HA) as U.
    unfold plane_gain. lra.
  Qed.

  Theorem right4_star_shaped : star_shaped right4.
  Proof.
    intros t A Ht HA. unfold right4. rewrite Rmult_plus_distr_l. apply Rplus_le_compat; [now apply e0_shrinks|].
    pose proof (affine_shrinks _ _ t A (pow2_ge_0 rho) noise_nonneg Ht HA) as Dr.
    rewrite <- (Rmult_1_l (side _ _ _ _ (drift rho noise (t ^ 2 * A)) _)), <- (pow1 2).
    apply side_on_a_ray; try lra; try apply sqrt_pos.
    - now apply start_nonneg.
    - unfold gain4. pose proof (e1_nonneg A). pose proof (sqrt_pos ((1 - mu) ^ 2 * A + (mu * w) ^ 2)).
      unfold plane_gain. lra.
    - unfold drift. lra.
    - pose proof (gain4_shrinks t A Ht HA). lra.
  Qed.

  Lemma below_right4 A Y a :
    0 <= A -> 0 <= Y -> a ^ 2 <= Y ^ 2 ->
    A + Y ^ 2 - 2 * a * sqrt A <= (drift rho noise A + q * Y) ^ 2 + e0_at A + e1_at A * Y + e2 * Y ^ 2 ->
    a * sqrt A <= p + x / 2 * Y ^ 2 + energy / 2 + w * sqrt (Y ^ 2 - a ^ 2) -> A <= right4 A.
  Proof.
    intros HA HY Sq I II. pose proof (Rmult_le_pos _ _ (pow2_ge_0 (1 - mu)) HA). pose proof (pow2_ge_0 (mu * w)).
    pose proof (free_multiplier p x energy w 1 (drift rho noise A) q (e0_at A) (e1_at A) e2 mu A (sqrt A) Y a
      (sqrt (Y ^ 2 - a ^ 2)) (plane_gain w mu A) HY mu_nonneg s_pos ltac:(now apply pow2_sqrt)
      ltac:(apply pow2_sqrt; lra) (sqrt_pos _) ltac:(unfold plane_gain; rewrite pow2_sqrt by lra; ring) I) as B.
    rewrite Rmult_1_r in B. specialize (B II). unfold right4, side, start, gain4, s. lra.
  Qed.

  (* Claim: free.end *)
  Theorem free_end A1 A Y a :
    0 < A1 -> right4 A1 < A1 -> 0 <= A -> 0 <= Y -> a ^ 2 <= Y ^ 2 ->
    A + Y ^ 2 - 2 * a * sqrt A <= (drift rho noise A + q * Y) ^ 2 + e0_at A + e1_at A * Y + e2 * Y ^ 2 ->
    a * sqrt A <= p + x / 2 * Y ^ 2 + energy / 2 + w * sqrt (Y ^ 2 - a ^ 2) -> A < A1.
  Proof.
    intros P1 Below HA HY Sq I II. apply (excluded right4); auto; [apply right4_star_shaped|].
    now apply below_right4 with Y a.
  Qed.
End free_end.

(** * Iterations to the exact floor *)

(** What is squared in (4E) is below its tangent at the floor: R^2 = Rf^2 + excess, R0^2 <= R0f^2 + excess. *)
Lemma below_tangent g z y Rt R0 Rf R0f excess :
  0 <= g -> 0 <= z -> 0 <= y -> 0 < Rf -> 0 < R0f -> Rt ^ 2 = Rf ^ 2 + excess -> R0 ^ 2 <= R0f ^ 2 + excess ->
  let W := g + z * Rf + y * R0f in (g + z * Rt + y * R0) ^ 2 <= W * (W + (z / Rf + y / R0f) * excess).
Proof.
  intros Hg Hz Hy Pf P0f ER LR W.
  assert (HW : 0 <= W).
  { unfold W. pose proof (Rmult_le_pos z Rf Hz ltac:(lra)). pose proof (Rmult_le_pos y R0f Hy ltac:(lra)). lra. }
  apply Rle_trans with (W * (g + z * (Rt ^ 2 / Rf) + y * (R0 ^ 2 / R0f))).
  - assert (E : W * (g + z * (Rt ^ 2 / Rf) + y * (R0 ^ 2 / R0f)) - (g + z * Rt + y * R0) ^ 2
      = g * (z * Rf) * (1 - Rt / Rf) ^ 2 + g * (y * R0f) * (1 - R0 / R0f) ^ 2
        + z * Rf * (y * R0f) * (Rt / Rf - R0 / R0f) ^ 2) by (unfold W; field; lra).
    assert (0 <= z * Rf) by (apply Rmult_le_pos; lra). assert (0 <= y * R0f) by (apply Rmult_le_pos; lra).
    pose proof (Rmult_le_pos (g * (z * Rf)) _ ltac:(now apply Rmult_le_pos) (pow2_ge_0 (1 - Rt / Rf))).
    pose proof (Rmult_le_pos (g * (y * R0f)) _ ltac:(now apply Rmult_le_pos) (pow2_ge_0 (1 - R0 / R0f))).
    pose proof (Rmult_le_pos (z * Rf * (y * R0f)) _ ltac:(now apply Rmult_le_pos) (pow2_ge_0 (Rt / Rf - R0 / R0f))).
    lra.
  - apply Rmult_le_compat_l; [exact HW|].
    apply Rmult_le_compat_l with (r := y / R0f) in LR;
      [|apply Rmult_le_pos; [exact Hy | left; now apply Rinv_0_lt_compat]].
    replace (y / R0f * (R0f ^ 2 + excess)) with (y * R0f + y / R0f * excess) in LR by (field; lra).
    replace (y / R0f * R0 ^ 2) with (y * (R0 ^ 2 / R0f)) in LR by (field; lra).
    rewrite ER. replace (z * ((Rf ^ 2 + excess) / Rf)) with (z * Rf + z / Rf * excess) by (field; lra).
    unfold W. lra.
Qed.

Lemma root_below_tangent c R0 R0f excess :
  0 <= c -> 0 < R0f -> R0 ^ 2 <= R0f ^ 2 + excess -> c * R0 <= c * R0f + c / (2 * R0f) * excess.
Proof.
  intros Hc P L. replace (c * R0f + c / (2 * R0f) * excess) with (c * (R0f + / (2 * R0f) * excess)) by (field; lra).
  apply Rmult_le_compat_l; [exact Hc|]. apply Rmult_le_reg_l with (2 * R0f); [lra|].
  replace (2 * R0f * (R0f + / (2 * R0f) * excess)) with (2 * R0f ^ 2 + excess) by (field; lra).
  pose proof (pow2_ge_0 (R0 - R0f)). lra.
Qed.

(** An inequality that is linear in the excess, with a step m of at most b, is solved for it. *)
Lemma solved_for_excess m b s N C M excess :
  0 < m -> m <= b -> 0 <= N -> 0 <= C -> 0 <= M -> 0 < s - b ^ 2 * M ->
  s * excess <= 2 * m * N + m ^ 2 * (C + M * excess) ->
  excess <= 2 * m * N / s + m ^ 2 * ((s * C + 2 * b * N * M) / (s * (s - b ^ 2 * M))).
Proof.
  intros Hm Hb HN HC HM Hs L. set (t := s - b ^ 2 * M) in *.
  assert (M2 : m ^ 2 <= b ^ 2) by (apply pow_incr; lra). pose proof (pow2_ge_0 b) as B2. pose proof (pow2_ge_0 m) as m2.
  assert (S0 : 0 < s) by (pose proof (Rmult_le_pos _ _ B2 HM); unfold t in Hs; lra).
  destruct (Rle_lt_dec excess 0) as [Neg | Pos].
  - apply Rle_trans with (1 := Neg). apply Rplus_le_le_0_compat.
    + apply Rmult_le_pos; [repeat apply Rmult_le_pos; lra | left; now apply Rinv_0_lt_compat].
    + apply Rmult_le_pos; [exact m2|]. apply Rmult_le_pos; [|left; apply Rinv_0_lt_compat; now apply Rmult_lt_0_compat].
      apply Rplus_le_le_0_compat; repeat apply Rmult_le_pos; lra.
  - assert (F : t * excess <= 2 * m * N + m ^ 2 * C).
    { pose proof (Rmult_le_compat_r (M * excess) _ _ ltac:(apply Rmult_le_pos; lra) M2). unfold t. lra. }
    apply Rmult_le_reg_l with (s * t); [now apply Rmult_lt_0_compat|].
    replace (s * t * (2 * m * N / s + m ^ 2 * ((s * C + 2 * b * N * M) / (s * t))))
      with (2 * m * N * t + m ^ 2 * (s * C + 2 * b * N * M)) by (field; lra).
    apply (Rmult_le_compat_l t) in L; [|lra].
    apply (Rmult_le_compat_l (m ^ 2 * M)) in F; [|now apply Rmult_le_pos].
    assert (F1 : m ^ 2 * M * (m ^ 2 * C) <= m ^ 2 * M * (b ^ 2 * C)).
    { apply Rmult_le_compat_l; [now apply Rmult_le_pos|]. now apply Rmult_le_compat_r. }
    assert (F2 : m ^ 2 * M * (2 * m * N) <= m ^ 2 * M * (2 * b * N)).
    { apply Rmult_le_compat_l; [now apply Rmult_le_pos|]. apply Rmult_le_compat_r; lra. }
    assert (Es : s = t + b ^ 2 * M) by (unfold t; ring).
    replace (2 * m * N * t + m ^ 2 * (s * C + 2 * b * N * M))
      with (2 * m * N * t + m ^ 2 * t * C + m ^ 2 * M * (b ^ 2 * C) + m ^ 2 * M * (2 * b * N)) by (rewrite Es; ring).
    lra.
Qed.

(** [Rf], [R0f]: R at the floor, and at least R0 there; [longest]: the largest step. *)
Section complexity.
  Variables sigma L Delta K rho Lambda1 nu k1 k2 eta D h F0 longest Rf R0f : R.
  Hypothesis sigma_pos : 0 < sigma.
  Hypothesis L_pos : 0 < L.
  Hypothesis Delta_pos : 0 < Delta.
  Hypothesis K_pos : 0 < K.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis rho_small : rho ^ 2 < 1.
  Hypothesis Lambda1_nonneg : 0 <= Lambda1.
  Hypothesis nu_nonneg : 0 <= nu.
  Hypothesis k1_nonneg : 0 <= k1.
  Hypothesis k2_nonneg : 0 <= k2.
  Hypothesis eta_nonneg : 0 <= eta.
  Hypothesis D_pos : 0 < D.
  Hypothesis h_nonneg : 0 <= h.
  Let s := 1 - rho ^ 2.
  Hypothesis Rf_pos : 0 < Rf.
  Hypothesis Rf_sq : Rf ^ 2 = sigma ^ 2 / s.
  Hypothesis R0f_pos : 0 < R0f.
  Hypothesis R0f_sq : R0f ^ 2 = D * F0 ^ 2 * L * sigma ^ 2 * longest ^ 2 / (2 * Delta) + sigma ^ 2 / s.

  Let step := best_step sigma L Delta K.
  Let x := step * L.
  Let q := (1 + rho) * step * Lambda1.
  Let p := Delta / (step * K).
  Let e2 := step ^ 2 * (eta * D ^ 2).
  Hypothesis short : step <= longest.

  Definition room4 : R := 1 - longest * L - ((1 + rho) * longest * Lambda1) ^ 2 - longest ^ 2 * (eta * D ^ 2).
  Definition linear4_fixed : R := (1 + rho + rho ^ 2) * Lambda1 * nu + D * k1 + eta * D * h * sigma.
  Definition cross4 : R :=
    L * sigma + longest * linear4_fixed + rho * (1 + rho) * Lambda1 * Rf + longest * (D * k2) * R0f.
  Definition second4 : R :=
    (1 + rho ^ 2) * nu ^ 2 + 2 * h * sigma * k1 + eta * D * sigma ^ 2 + 2 * h * sigma * k2 * R0f + cross4 ^ 2 / room4.
  Definition slope4 : R :=
    2 * h * sigma * k2 / (2 * R0f) + cross4 * (rho * (1 + rho) * Lambda1 / Rf + longest * (D * k2) / R0f) / room4.
  Definition rest4 : R :=
    (s * second4 + 2 * longest * (L * sigma ^ 2) * slope4) / (s * (s - longest ^ 2 * slope4)).
  Hypothesis room4_pos : 0 < room4.
  Hypothesis margin : 0 < s - longest ^ 2 * slope4.

  Lemma step_pos : 0 < step.
  Proof. now apply alpha_pos. Qed.

  Lemma linear4_fixed_nonneg : 0 <= linear4_fixed.
  Proof.
    pose proof (pow2_ge_0 rho). unfold linear4_fixed. repeat apply Rplus_le_le_0_compat;
      repeat apply Rmult_le_pos; auto; lra.
  Qed.

  Lemma along_nonneg : 0 <= rho * (1 + rho) * Lambda1.
  Proof. repeat apply Rmult_le_pos; auto; lra. Qed.

  Lemma early_nonneg4 : 0 <= longest * (D * k2).
  Proof. pose proof step_pos. repeat apply Rmult_le_pos; auto; lra. Qed.

  Lemma still_nonneg : 0 <= L * sigma + longest * linear4_fixed.
  Proof.
    pose proof step_pos. pose proof linear4_fixed_nonneg.
    apply Rplus_le_le_0_compat; apply Rmult_le_pos; auto; lra.
  Qed.

  Lemma cross4_nonneg : 0 <= cross4.
  Proof.
    pose proof still_nonneg. pose proof (Rmult_le_pos _ Rf along_nonneg ltac:(lra)).
    pose proof (Rmult_le_pos _ R0f early_nonneg4 ltac:(lra)). unfold cross4. lra.
  Qed.

  Lemma second4_nonneg : 0 <= second4.
  Proof.
    pose proof (pow2_ge_0 rho). unfold second4. apply Rplus_le_le_0_compat.
    - repeat apply Rplus_le_le_0_compat; repeat apply Rmult_le_pos; auto; lra.
    - apply Rmult_le_pos; [apply pow2_ge_0 | left; now apply Rinv_0_lt_compat].
  Qed.

  Lemma slope4_nonneg : 0 <= slope4.
  Proof.
    pose proof along_nonneg. pose proof early_nonneg4. pose proof cross4_nonneg.
    unfold slope4, Rdiv. apply Rplus_le_le_0_compat; repeat apply Rmult_le_pos; auto; try lra;
      try (left; apply Rinv_0_lt_compat; lra).
    apply Rplus_le_le_0_compat; apply Rmult_le_pos; auto; left; now apply Rinv_0_lt_compat.
  Qed.

  (** What is left above the floor, after K iterations with the best step. *)
  (* Claim: free.complexity *)
  Theorem free_complexity A r Y a S Rt R0 phi0 :
    0 <= Y -> r ^ 2 = A -> S ^ 2 = Y ^ 2 - a ^ 2 -> 0 <= Rt -> Rt ^ 2 = A + sigma ^ 2 ->
    0 <= R0 -> R0 ^ 2 = A + phi0 + sigma ^ 2 -> phi0 <= D * F0 ^ 2 / K ->
    A + Y ^ 2 - 2 * a * r <= (rho * Rt + q * Y) ^ 2 + constant4 step rho nu sigma D h k1 k2 eta R0
      + linear4 step rho Lambda1 nu sigma D h k1 k2 eta R0 * Y + e2 * Y ^ 2 ->
    a * r <= p + x / 2 * Y ^ 2 + x / 2 * sigma ^ 2 + x * sigma * S ->
    A <= rho ^ 2 * sigma ^ 2 / s + lead sigma L Delta / (s * sqrt K) + 2 * Delta * rest4 / (L * sigma ^ 2) / K.
  Proof.
    intros HY Er ES HR ER HR0 ER0 Hphi I II. pose proof step_pos as Ps. pose proof (sigma2_pos sigma sigma_pos) as S2.
    assert (s_pos : 0 < s) by (unfold s; lra).
    set (excess := A - rho ^ 2 * sigma ^ 2 / s).
    assert (At : Rt ^ 2 = Rf ^ 2 + excess).
    { rewrite ER, Rf_sq. unfold excess, s. field. unfold s in s_pos. lra. }
    assert (A2 : step ^ 2 = 2 * Delta / (L * sigma ^ 2 * K)) by now apply alpha_sq.
    assert (St2 : step ^ 2 <= longest ^ 2) by (apply pow_incr; lra).
    assert (At0 : R0 ^ 2 <= R0f ^ 2 + excess).
    { assert (Phi : D * F0 ^ 2 / K <= D * F0 ^ 2 * L * sigma ^ 2 * longest ^ 2 / (2 * Delta)).
      { set (c := D * F0 ^ 2 * L * sigma ^ 2 / (2 * Delta)).
        assert (Hc : 0 <= c).
        { unfold c. apply Rmult_le_pos; [|left; apply Rinv_0_lt_compat; lra].
          pose proof (Rmult_le_pos D _ ltac:(lra) (pow2_ge_0 F0)). apply Rmult_le_pos; [apply Rmult_le_pos|]; lra. }
        replace (D * F0 ^ 2 / K) with (c * (2 * Delta / (L * sigma ^ 2 * K))) by (unfold c; field; repeat split; lra).
        replace (D * F0 ^ 2 * L * sigma ^ 2 * longest ^ 2 / (2 * Delta)) with (c * longest ^ 2)
          by (unfold c; field; lra).
        rewrite <- A2. now apply Rmult_le_compat_l. }
      assert (Fl : sigma ^ 2 / s - rho ^ 2 * sigma ^ 2 / s = sigma ^ 2) by (unfold s; field; unfold s in s_pos; lra).
      rewrite ER0, R0f_sq. unfold excess. lra. }
    assert (Left : room4 <= 1 - x - q ^ 2 - e2).
    { assert (0 <= ((1 + rho) * Lambda1) ^ 2 + eta * D ^ 2).
      { apply Rplus_le_le_0_compat; [apply pow2_ge_0 | apply Rmult_le_pos; [lra | apply pow2_ge_0]]. }
      apply (Rmult_le_compat_l (((1 + rho) * Lambda1) ^ 2 + eta * D ^ 2)) in St2; [|assumption].
      pose proof (Rmult_le_compat_r L _ _ ltac:(lra) short) as XL. unfold room4, x, q, e2. lra. }
    assert (V0 : 0 < 1 - x - q ^ 2 - e2) by lra.
    assert (x0 : 0 <= x) by (unfold x; apply Rmult_le_pos; lra).
    set (lin := linear4_fixed + D * k2 * R0).
    assert (lin0 : 0 <= lin).
    { unfold lin. pose proof linear4_fixed_nonneg. assert (0 <= D * k2 * R0) by (repeat apply Rmult_le_pos; lra). lra. }
    assert (E1 : linear4 step rho Lambda1 nu sigma D h k1 k2 eta R0 / 2 = step ^ 2 * lin)
      by (unfold linear4, lin, linear4_fixed; field).
    pose proof (free_explicit p x sigma rho Rt q _ _ e2 A r Y a S ltac:(lra) x0 HY ltac:(lra) Er ES I II) as B.
    rewrite E1 in B.
    set (Z := L * sigma + longest * linear4_fixed + rho * (1 + rho) * Lambda1 * Rt + longest * (D * k2) * R0).
    assert (Zs : 0 <= rho * Rt * q + x * sigma + step ^ 2 * lin <= step * Z).
    { split.
      - unfold q. pose proof (pow2_ge_0 step). repeat apply Rplus_le_le_0_compat; repeat apply Rmult_le_pos; auto; lra.
      - apply Rle_trans with (step * (rho * (1 + rho) * Lambda1 * Rt + L * sigma + step * lin)).
        + right. unfold q, x. ring.
        + apply Rmult_le_compat_l; [lra|]. pose proof (Rmult_le_compat_r lin _ _ lin0 short).
          unfold Z. unfold lin in *. lra. }
    assert (Sq : (rho * Rt * q + x * sigma + step ^ 2 * lin) ^ 2 / (1 - x - q ^ 2 - e2) <= step ^ 2 * (Z ^ 2 / room4)).
    { replace (step ^ 2 * (Z ^ 2 / room4)) with ((step * Z) ^ 2 * / room4) by (field; lra). unfold Rdiv.
      apply Rmult_le_compat; [apply pow2_ge_0 | left; now apply Rinv_0_lt_compat | now apply pow_incr|].
      now apply Rinv_le_contravar. }
    pose proof (below_tangent _ _ _ Rt R0 Rf R0f excess still_nonneg along_nonneg early_nonneg4 Rf_pos R0f_pos At At0)
      as T. cbv zeta in T. fold cross4 Z in T.
    apply Rmult_le_compat_r with (r := / room4) in T; [|left; now apply Rinv_0_lt_compat].
    apply (Rmult_le_compat_l (step ^ 2)) in T; [|apply pow2_ge_0].
    pose proof (root_below_tangent (2 * h * sigma * k2) R0 R0f excess ltac:(repeat apply Rmult_le_pos; lra) R0f_pos At0)
      as Rl. apply (Rmult_le_compat_l (step ^ 2)) in Rl; [|apply pow2_ge_0].
    pose proof (start_and_noise sigma L Delta K sigma_pos L_pos Delta_pos K_pos) as SN.
    pose proof (lead_is sigma L Delta K sigma_pos L_pos Delta_pos K_pos) as LI. fold step x p in SN, LI.
    assert (Lin : s * excess <= 2 * step * (L * sigma ^ 2) + step ^ 2 * (second4 + slope4 * excess)).
    { assert (Se : s * excess = A - (rho * Rt) ^ 2).
      { rewrite Rpow_mult_distr, ER. unfold excess, s. field. unfold s in s_pos. lra. }
      assert (Ee : second4 + slope4 * excess = (1 + rho ^ 2) * nu ^ 2 + 2 * h * sigma * k1 + eta * D * sigma ^ 2
        + (2 * h * sigma * k2 * R0f + 2 * h * sigma * k2 / (2 * R0f) * excess)
        + cross4 * (cross4 + (rho * (1 + rho) * Lambda1 / Rf + longest * (D * k2) / R0f) * excess) * / room4)
        by (unfold second4, slope4; field; repeat split; lra).
      rewrite Ee, Se. unfold constant4 in B. unfold Rdiv in Sq at 2. lra. }
    pose proof (solved_for_excess step longest s (L * sigma ^ 2) second4 slope4 excess Ps short
      ltac:(apply Rmult_le_pos; lra) second4_nonneg slope4_nonneg margin Lin) as Done.
    fold rest4 in Done. assert (SK : 0 < sqrt K) by now apply sqrt_lt_R0.
    assert (E2 : 2 * Delta * rest4 / (L * sigma ^ 2) / K = step ^ 2 * rest4)
      by (rewrite A2; field; repeat split; lra).
    assert (E3 : lead sigma L Delta / (s * sqrt K) = 2 * step * (L * sigma ^ 2) / s).
    { replace (lead sigma L Delta / (s * sqrt K)) with (lead sigma L Delta / sqrt K / s) by (field; lra).
      rewrite LI. unfold Rdiv. ring. }
    rewrite E2, E3. unfold excess in Done. lra.
  Qed.

  (** Enough iterations bring the average within eps of the floor itself; the order in 1/eps knows no lag. *)
  (* Claim: free.iterations *)
  Theorem free_iterations A r Y a S Rt R0 phi0 eps :
    0 < eps -> lead sigma L Delta ^ 2 / (s ^ 2 * eps ^ 2) + 2 * (2 * Delta * rest4 / (L * sigma ^ 2)) / eps <= K ->
    0 <= Y -> r ^ 2 = A -> S ^ 2 = Y ^ 2 - a ^ 2 -> 0 <= Rt -> Rt ^ 2 = A + sigma ^ 2 ->
    0 <= R0 -> R0 ^ 2 = A + phi0 + sigma ^ 2 -> phi0 <= D * F0 ^ 2 / K ->
    A + Y ^ 2 - 2 * a * r <= (rho * Rt + q * Y) ^ 2 + constant4 step rho nu sigma D h k1 k2 eta R0
      + linear4 step rho Lambda1 nu sigma D h k1 k2 eta R0 * Y + e2 * Y ^ 2 ->
    a * r <= p + x / 2 * Y ^ 2 + x / 2 * sigma ^ 2 + x * sigma * S ->
    A <= rho ^ 2 * sigma ^ 2 / s + eps /\
    (lead sigma L Delta ^ 2 / (s ^ 2 * eps ^ 2) + 2 * (2 * Delta * rest4 / (L * sigma ^ 2)) / eps) * eps ^ 2
      = 8 * Delta * L * sigma ^ 2 / s ^ 2 + 2 * (2 * Delta * rest4 / (L * sigma ^ 2)) * eps.
  Proof.
    intros He Enough HY Er ES HR ER HR0 ER0 Hphi I II. pose proof (sigma2_pos sigma sigma_pos) as S2.
    assert (s_pos : 0 < s) by (unfold s; lra). assert (SK : 0 < sqrt K) by now apply sqrt_lt_R0.
    pose proof (free_complexity A r Y a S Rt R0 phi0 HY Er ES HR ER HR0 ER0 Hphi I II) as B.
    assert (R4 : 0 <= rest4).
    { pose proof second4_nonneg. pose proof slope4_nonneg. pose proof step_pos. unfold rest4.
      apply Rmult_le_pos; [|left; apply Rinv_0_lt_compat; now apply Rmult_lt_0_compat].
      apply Rplus_le_le_0_compat; repeat apply Rmult_le_pos; lra. }
    assert (Ls : 0 <= lead sigma L Delta / s).
    { apply Rmult_le_pos; [apply sqrt_pos | left; now apply Rinv_0_lt_compat]. }
    assert (Rs : 0 <= 2 * Delta * rest4 / (L * sigma ^ 2)).
    { apply Rmult_le_pos; [now apply Rmult_le_pos; [lra|]|]. left. apply Rinv_0_lt_compat.
      now apply Rmult_lt_0_compat. }
    pose proof (enough_iterations _ _ K eps He K_pos Ls Rs) as T. split.
    - replace ((lead sigma L Delta / s) ^ 2 / eps ^ 2) with (lead sigma L Delta ^ 2 / (s ^ 2 * eps ^ 2)) in T
        by (field; lra).
      specialize (T Enough).
      replace (lead sigma L Delta / s / sqrt K) with (lead sigma L Delta / (s * sqrt K)) in T by (field; lra). lra.
    - assert (Le : lead sigma L Delta ^ 2 = 8 * Delta * L * sigma ^ 2).
      { apply pow2_sqrt. left. repeat apply Rmult_lt_0_compat; lra. }
      rewrite Le. field. repeat split; lra.
  Qed.
End complexity.
