(** The Gaussian integral: the integral of exp(- t^2 / 2) over [0, x] tends to sqrt(pi / 2).

    With J x this integral, and with the integrals over [0, 1]
      G c = integral of exp(- c (1 + t^2)) / (1 + t^2),    K c = integral of exp(- c (1 + t^2)),
    the sum (J x)^2 / 2 + G (x^2 / 2) has the derivative zero, so it is G 0 = atan 1 = pi / 4; and G falls to zero.
    Here J is [mass], and exp(- x^2 / 2) is [bell]. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import NoiseShape.
Local Open Scope R_scope.

(** * Integrals and derivatives *)

Lemma integrable f (C : continuity f) a b : Riemann_integrable f a b.
Proof.
  destruct (Rle_dec a b) as [L|L].
  - apply continuity_implies_RiemannInt; [exact L | intros; apply C].
  - apply RiemannInt_P1, continuity_implies_RiemannInt; [lra | intros; apply C].
Qed.

Lemma derives_as f x l l' : derivable_pt_lim f x l -> l = l' -> derivable_pt_lim f x l'.
Proof. intros D <-. exact D. Qed.

Lemma continuous_of f f' : (forall x, derivable_pt_lim f x (f' x)) -> continuity f.
Proof. intros D x. apply derivable_continuous_pt. exists (f' x). apply D. Qed.

Lemma constant_of F : (forall x, derivable_pt_lim F x 0) -> forall x, F x = F 0.
Proof.
  intros D x. apply (null_derivative_1 F (fun y => exist _ 0 (D y))). intros y. reflexivity.
Qed.

(** An integral as a function of its upper end. *)
Lemma upper_end f (C : continuity f) x : derivable_pt_lim (fun y => RiemannInt (integrable f C 0 y)) x (f x).
Proof.
  intros eps He. assert (H2 : 0 < eps / 2) by lra. destruct (C x (eps / 2) H2) as (delta & Hd & Near).
  exists (mkposreal delta Hd). intros h Hh Small. simpl in Small.
  assert (Close : forall t, Rabs (t - x) < delta -> f x - eps / 2 <= f t /\ f t <= f x + eps / 2).
  { intros t Ht. destruct (Req_dec x t) as [<-|Ne]; [lra|].
    assert (A : Rabs (f t - f x) < eps / 2) by (apply (Near t); split; [split; [exact I | exact Ne] | exact Ht]).
    apply Rabs_def2 in A. lra. }
  assert (B : forall a b (pr : Riemann_integrable f a b), a <= b -> (forall t, a < t < b -> Rabs (t - x) < delta) ->
    (f x - eps / 2) * (b - a) <= RiemannInt pr /\ RiemannInt pr <= (f x + eps / 2) * (b - a)).
  { intros a b pr L In.
    rewrite <- (RiemannInt_P15 (RiemannInt_P14 a b (f x - eps / 2))).
    rewrite <- (RiemannInt_P15 (RiemannInt_P14 a b (f x + eps / 2))).
    split; apply RiemannInt_P19; try exact L; intros t Ht; apply Close, In, Ht. }
  pose proof (RiemannInt_P26 (integrable f C 0 x) (integrable f C x (x + h)) (integrable f C 0 (x + h))) as Sum.
  replace (RiemannInt (integrable f C 0 (x + h)) - RiemannInt (integrable f C 0 x))
    with (RiemannInt (integrable f C x (x + h))) by lra.
  apply Rabs_def2 in Small.
  set (I := RiemannInt (integrable f C x (x + h))) in *.
  assert (Bound : Rabs (I - f x * h) <= eps / 2 * Rabs h).
  { destruct (Rle_or_lt 0 h) as [L|L].
    - destruct (B x (x + h) (integrable f C x (x + h)) ltac:(lra)) as [B1 B2].
      { intros t Ht. apply Rabs_def1; lra. }
      fold I in B1, B2. rewrite (Rabs_pos_eq h) by exact L. apply Rabs_le. lra.
    - destruct (B (x + h) x (integrable f C (x + h) x) ltac:(lra)) as [B1 B2].
      { intros t Ht. apply Rabs_def1; lra. }
      assert (E : I = - RiemannInt (integrable f C (x + h) x)) by apply RiemannInt_P8.
      rewrite (Rabs_left h) by exact L. apply Rabs_le. lra. }
  assert (P : 0 < Rabs h) by (now apply Rabs_pos_lt).
  replace (I / h - f x) with ((I - f x * h) * / h) by (field; exact Hh).
  rewrite Rabs_mult, Rabs_inv. apply Rle_lt_trans with (eps / 2 * Rabs h * / Rabs h).
  - apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat | exact Bound].
  - replace (eps / 2 * Rabs h * / Rabs h) with (eps / 2) by (field; lra). lra.
Qed.

Lemma exp_grows x y : x <= y -> exp x <= exp y.
Proof. intros [L| ->]; [left; now apply exp_increasing | right; reflexivity]. Qed.

(** * The Gaussian integral *)

Definition bell (x : R) : R := exp (- (x ^ 2 / 2)).

Lemma bell_pos x : 0 < bell x.
Proof. apply exp_pos. Qed.

Lemma bell_zero : bell 0 = 1.
Proof. unfold bell. replace (- (0 ^ 2 / 2)) with 0 by field. apply exp_0. Qed.

Lemma half_square x : derivable_pt_lim (fun y => - (y ^ 2 / 2)) x (- x).
Proof.
  apply (derives_of_remainder _ x (- x) (1 / 2)). intros h _.
  replace (- ((x + h) ^ 2 / 2) - - (x ^ 2 / 2) - - x * h) with (- (1 / 2 * h ^ 2)) by field.
  rewrite Rabs_Ropp, Rabs_pos_eq; [lra|]. pose proof (pow2_ge_0 h). lra.
Qed.

Lemma bell_derives x : derivable_pt_lim bell x (- x * bell x).
Proof.
  apply (derives_as _ _ (bell x * - x)); [|ring].
  apply (derivable_pt_lim_comp (fun y => - (y ^ 2 / 2)) exp); [apply half_square | apply derivable_pt_lim_exp].
Qed.

Lemma bell_continuous : continuity bell.
Proof. exact (continuous_of _ _ bell_derives). Qed.

(** It falls faster than 1 / x^2. *)
Lemma bell_small x : x ^ 2 * bell x <= 1.
Proof.
  assert (E : Rabs x <= exp (x ^ 2 / 4)).
  { apply Rle_trans with (1 + x ^ 2 / 4); [|apply exp_ineq1_le]. rewrite <- (pow2_abs x).
    pose proof (pow2_ge_0 (Rabs x - 2)). lra. }
  assert (S : x ^ 2 <= exp (x ^ 2 / 2)).
  { replace (x ^ 2 / 2) with (x ^ 2 / 4 + x ^ 2 / 4) by field. rewrite exp_plus.
    replace (x ^ 2) with (Rabs x * Rabs x) at 1 by (rewrite <- (pow2_abs x); ring).
    pose proof (Rabs_pos x). apply Rmult_le_compat; lra. }
  unfold bell. rewrite exp_Ropp. apply Rmult_le_reg_r with (exp (x ^ 2 / 2)); [apply exp_pos|].
  pose proof (exp_pos (x ^ 2 / 2)). rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.

Definition mass (x : R) : R := RiemannInt (integrable bell bell_continuous 0 x).

Lemma mass_derives x : derivable_pt_lim mass x (bell x).
Proof. apply upper_end. Qed.

Lemma mass_zero : mass 0 = 0.
Proof. apply RiemannInt_P9. Qed.

(** What is integrated in G and in K. *)
Definition shrunk (c t : R) : R := exp (- (c * (1 + t ^ 2))).
Definition divided (c t : R) : R := shrunk c t / (1 + t ^ 2).

Lemma above_one t : 1 <= 1 + t ^ 2.
Proof. pose proof (pow2_ge_0 t). lra. Qed.

Lemma shrunk_continuous c : continuity (shrunk c).
Proof.
  apply (continuity_comp (fun t => - (c * (1 + t ^ 2))) exp).
  - apply (continuous_of _ (fun t => - c * (2 * t))). intros t.
    apply (derives_of_remainder _ t _ (Rabs c)). intros h _.
    replace (- (c * (1 + (t + h) ^ 2)) - - (c * (1 + t ^ 2)) - - c * (2 * t) * h) with (- (c * h ^ 2)) by ring.
    rewrite Rabs_Ropp, Rabs_mult, (Rabs_pos_eq (h ^ 2)) by apply pow2_ge_0. apply Rle_refl.
  - apply derivable_continuous, derivable_exp.
Qed.

Lemma divided_continuous c : continuity (divided c).
Proof.
  apply (continuity_mult (shrunk c) (fun t => / (1 + t ^ 2))); [apply shrunk_continuous | apply Datan_continuity].
Qed.

Definition K (c : R) : R := RiemannInt (integrable _ (shrunk_continuous c) 0 1).
Definition G (c : R) : R := RiemannInt (integrable _ (divided_continuous c) 0 1).

(** Convexity of the exponential. *)
Lemma shrunk_convex c c' t : shrunk c t - (c' - c) * (1 + t ^ 2) * shrunk c t <= shrunk c' t.
Proof.
  unfold shrunk. replace (- (c' * (1 + t ^ 2))) with (- (c * (1 + t ^ 2)) + - ((c' - c) * (1 + t ^ 2))) by ring.
  rewrite exp_plus. pose proof (exp_pos (- (c * (1 + t ^ 2)))).
  pose proof (exp_ineq1_le (- ((c' - c) * (1 + t ^ 2)))) as E.
  apply (Rmult_le_compat_l (exp (- (c * (1 + t ^ 2))))) in E; lra.
Qed.

Lemma shrunk_le_one c t : 0 <= c -> shrunk c t <= 1.
Proof.
  intros Hc. apply Rle_trans with (exp 0); [apply exp_grows | rewrite exp_0; lra].
  pose proof (above_one t). assert (0 <= c * (1 + t ^ 2)) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma G_below c c' : G c - (c' - c) * K c <= G c'.
Proof.
  set (pr := RiemannInt_P10 (- (c' - c)) (integrable _ (divided_continuous c) 0 1)
    (integrable _ (shrunk_continuous c) 0 1)).
  apply Rle_trans with (RiemannInt pr).
  - rewrite (RiemannInt_P13 (integrable _ (divided_continuous c) 0 1) (integrable _ (shrunk_continuous c) 0 1) pr).
    unfold G, K. lra.
  - apply RiemannInt_P19; [lra|]. intros t _. pose proof (above_one t). unfold divided.
    apply Rmult_le_reg_r with (1 + t ^ 2); [lra|].
    replace (shrunk c' t / (1 + t ^ 2) * (1 + t ^ 2)) with (shrunk c' t) by (field; lra).
    apply Rle_trans with (2 := shrunk_convex c c' t). right. field. lra.
Qed.

Lemma K_below c c' : 0 <= c -> K c - 2 * Rabs (c' - c) <= K c'.
Proof.
  intros Hc. set (pr := RiemannInt_P10 1 (RiemannInt_P14 0 1 (- (2 * Rabs (c' - c))))
    (integrable _ (shrunk_continuous c) 0 1)).
  apply Rle_trans with (RiemannInt pr).
  - rewrite (RiemannInt_P13 (RiemannInt_P14 0 1 (- (2 * Rabs (c' - c)))) (integrable _ (shrunk_continuous c) 0 1) pr).
    rewrite RiemannInt_P15. unfold K. lra.
  - apply RiemannInt_P19; [lra|]. intros t Ht. apply Rle_trans with (2 := shrunk_convex c c' t). unfold fct_cte.
    pose proof (shrunk_le_one c t Hc) as Le. assert (Pos : 0 < shrunk c t) by apply exp_pos.
    assert (Sq : (1 + t ^ 2) * shrunk c t <= 2).
    { pose proof (above_one t). assert (1 + t ^ 2 <= 2) by nra.
      replace 2 with (2 * 1) by ring. apply Rmult_le_compat; lra. }
    assert (Up : (c' - c) * ((1 + t ^ 2) * shrunk c t) <= Rabs (c' - c) * 2).
    { apply Rle_trans with (Rabs (c' - c) * ((1 + t ^ 2) * shrunk c t)).
      - apply Rmult_le_compat_r; [|apply Rle_abs]. pose proof (above_one t). apply Rmult_le_pos; lra.
      - apply Rmult_le_compat_l; [apply Rabs_pos | exact Sq]. }
    lra.
Qed.

Lemma G_remainder c c' : 0 <= c -> 0 <= c' -> Rabs (G c' - G c + (c' - c) * K c) <= 2 * (c' - c) ^ 2.
Proof.
  intros Hc Hc'. pose proof (G_below c c') as B1. pose proof (G_below c' c) as B2.
  pose proof (K_below c c' Hc) as B3. pose proof (K_below c' c Hc') as B4.
  rewrite (Rabs_minus_sym c c') in B4. rewrite <- (pow2_abs (c' - c)).
  assert (Rabs (K c - K c') <= 2 * Rabs (c' - c)) as L by (apply Rabs_le; lra).
  assert ((c' - c) * (K c - K c') <= 2 * Rabs (c' - c) ^ 2) as M.
  { apply Rle_trans with (1 := Rle_abs _). rewrite Rabs_mult.
    apply Rle_trans with (Rabs (c' - c) * (2 * Rabs (c' - c))); [|lra].
    apply Rmult_le_compat_l; [apply Rabs_pos | exact L]. }
  apply Rabs_le. pose proof (pow2_ge_0 (Rabs (c' - c))). lra.
Qed.

Lemma K_pos c : 0 <= K c.
Proof.
  replace 0 with (RiemannInt (RiemannInt_P14 0 1 0)) by (rewrite RiemannInt_P15; ring).
  apply RiemannInt_P19; [lra|]. intros t _. left. apply exp_pos.
Qed.

Lemma half_square_pos x : 0 <= x ^ 2 / 2.
Proof. pose proof (pow2_ge_0 x). lra. Qed.

Lemma G_derives x : derivable_pt_lim (fun y => G (y ^ 2 / 2)) x (- (x * K (x ^ 2 / 2))).
Proof.
  apply (derives_of_remainder _ x _ (K (x ^ 2 / 2) / 2 + 2 * (Rabs x + 1 / 2) ^ 2)). intros h Hh.
  pose proof (G_remainder _ _ (half_square_pos x) (half_square_pos (x + h))) as B. pose proof (K_pos (x ^ 2 / 2)) as KP.
  set (k := K (x ^ 2 / 2)) in *. set (g := G ((x + h) ^ 2 / 2)) in *.
  replace ((x + h) ^ 2 / 2 - x ^ 2 / 2) with (h * (x + h / 2)) in B by field.
  assert (Q : (x + h / 2) ^ 2 <= (Rabs x + 1 / 2) ^ 2).
  { rewrite <- (pow2_abs (x + h / 2)). apply pow_incr. split; [apply Rabs_pos|].
    apply Rle_trans with (1 := Rabs_triang _ _). unfold Rdiv at 1. rewrite Rabs_mult, (Rabs_pos_eq (/ 2)) by lra. lra. }
  replace (g - G (x ^ 2 / 2) - - (x * k) * h)
    with (g - G (x ^ 2 / 2) + h * (x + h / 2) * k + - (k / 2 * h ^ 2)) by field.
  apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp, (Rabs_pos_eq (k / 2 * h ^ 2)).
  - replace (2 * (h * (x + h / 2)) ^ 2) with (2 * (x + h / 2) ^ 2 * h ^ 2) in B by ring.
    assert (2 * (x + h / 2) ^ 2 * h ^ 2 <= 2 * (Rabs x + 1 / 2) ^ 2 * h ^ 2)
      by (apply Rmult_le_compat_r; [apply pow2_ge_0 | lra]). lra.
  - apply Rmult_le_pos; [lra | apply pow2_ge_0].
Qed.

(** Substitution t -> x t. *)
Lemma K_is x : x * K (x ^ 2 / 2) = bell x * mass x.
Proof.
  destruct (Req_dec x 0) as [->|Hx]; [rewrite mass_zero; ring|].
  assert (E : K (x ^ 2 / 2) = / x * bell x * mass (x * 1) - / x * bell x * mass (x * 0)).
  { apply (integral_of (shrunk (x ^ 2 / 2)) (fun t => / x * bell x * mass (x * t)));
      [|apply shrunk_continuous]. intros t.
    apply (derives_as _ _ (/ x * bell x * (bell (x * t) * x))).
    - apply (derivable_pt_lim_scal (fun y => mass (x * y))).
      apply (derivable_pt_lim_comp (fun y => x * y) mass); [|apply mass_derives].
      apply (derives_as _ _ (x * 1)); [|ring]. apply (derivable_pt_lim_scal (fun y => y)), derivable_pt_lim_id.
    - replace (/ x * bell x * (bell (x * t) * x)) with (bell x * bell (x * t)) by (field; exact Hx).
      unfold bell, shrunk. rewrite <- exp_plus. f_equal. field. }
  rewrite E, Rmult_1_r, Rmult_0_r, mass_zero. field. exact Hx.
Qed.

Lemma G_zero : G 0 = PI / 4.
Proof.
  assert (E : G 0 = atan 1 - atan 0); [|rewrite E, atan_1, atan_0; ring].
  apply (integral_of (divided 0) atan); [|apply divided_continuous]. intros t.
  apply (derives_as _ _ _ _ (derivable_pt_lim_atan t)). unfold divided, shrunk.
  rewrite Rmult_0_l, Ropp_0, exp_0. field. pose proof (above_one t). lra.
Qed.

Theorem mass_square x : mass x ^ 2 / 2 + G (x ^ 2 / 2) = PI / 4.
Proof.
  rewrite <- G_zero. replace (G 0) with (mass 0 ^ 2 / 2 + G (0 ^ 2 / 2))
    by (rewrite mass_zero; replace (0 ^ 2 / 2) with 0 by field; field).
  apply (constant_of (fun y => mass y ^ 2 / 2 + G (y ^ 2 / 2))). intros y.
  apply (derives_as _ _ (mass y * bell y + - (y * K (y ^ 2 / 2)))); [|rewrite K_is; ring].
  apply (derivable_pt_lim_plus (fun z => mass z ^ 2 / 2) (fun z => G (z ^ 2 / 2))); [|apply G_derives].
  apply (derivable_pt_lim_comp mass (fun z => z ^ 2 / 2)); [apply mass_derives|].
  apply (derives_of_remainder _ (mass y) _ (1 / 2)). intros h _.
  replace ((mass y + h) ^ 2 / 2 - mass y ^ 2 / 2 - mass y * h) with (1 / 2 * h ^ 2) by field.
  rewrite Rabs_pos_eq; [lra|]. pose proof (pow2_ge_0 h). lra.
Qed.

Lemma G_bounds x : K (x ^ 2 / 2) <= 2 * G (x ^ 2 / 2) /\ G (x ^ 2 / 2) <= bell x.
Proof.
  split.
  - set (c := x ^ 2 / 2). set (pr := RiemannInt_P10 2 (RiemannInt_P14 0 1 0) (integrable _ (divided_continuous c) 0 1)).
    apply Rle_trans with (RiemannInt pr).
    + apply RiemannInt_P19; [lra|]. intros t Ht. unfold fct_cte, divided.
      pose proof (above_one t). assert (1 + t ^ 2 <= 2) by nra. assert (0 < shrunk c t) by apply exp_pos.
      apply Rmult_le_reg_r with (1 + t ^ 2); [lra|].
      replace ((0 + 2 * (shrunk c t / (1 + t ^ 2))) * (1 + t ^ 2)) with (shrunk c t * 2) by (field; lra).
      apply Rmult_le_compat_l; lra.
    + rewrite (RiemannInt_P13 (RiemannInt_P14 0 1 0) (integrable _ (divided_continuous c) 0 1) pr), RiemannInt_P15.
      unfold G. lra.
  - replace (bell x) with (RiemannInt (RiemannInt_P14 0 1 (bell x))) by (rewrite RiemannInt_P15; ring).
    apply RiemannInt_P19; [lra|]. intros t _. unfold fct_cte, divided. pose proof (above_one t) as One.
    assert (L : shrunk (x ^ 2 / 2) t <= bell x).
    { apply exp_grows. pose proof (Rmult_le_pos _ _ (half_square_pos x) (pow2_ge_0 t)). lra. }
    apply Rmult_le_reg_r with (1 + t ^ 2); [lra|].
    replace (shrunk (x ^ 2 / 2) t / (1 + t ^ 2) * (1 + t ^ 2)) with (shrunk (x ^ 2 / 2) t) by (field; lra).
    pose proof (bell_pos x). nra.
Qed.

(** * Its two ends *)

Definition total : R := sqrt (PI / 2).

Lemma total_sq : total ^ 2 = PI / 2.
Proof. apply pow2_sqrt. pose proof PI_RGT_0. lra. Qed.

Lemma total_above_one : 1 <= total.
Proof. rewrite <- sqrt_1. apply sqrt_le_1_alt. pose proof PI2_1. lra. Qed.

Lemma bell_even x : bell (- x) = bell x.
Proof. unfold bell. now replace ((- x) ^ 2) with (x ^ 2) by ring. Qed.

Lemma mass_odd x : mass (- x) = - mass x.
Proof.
  pose proof (K_is (- x)) as E. pose proof (K_is x) as E'. replace ((- x) ^ 2) with (x ^ 2) in E by ring.
  rewrite bell_even in E. apply Rmult_eq_reg_l with (bell x); [|pose proof (bell_pos x); lra]. lra.
Qed.

Lemma mass_pos x : 0 <= x -> 0 <= mass x.
Proof.
  intros Hx. apply Rmult_le_reg_l with (bell x); [apply bell_pos|]. rewrite <- K_is, Rmult_0_r.
  apply Rmult_le_pos; [exact Hx | apply K_pos].
Qed.

Lemma mass_near x : 0 <= x -> Rabs (mass x - total) <= 2 * bell x.
Proof.
  intros Hx. pose proof (mass_square x) as E. pose proof (G_bounds x) as [B1 B2]. pose proof total_sq as T.
  pose proof total_above_one. pose proof (mass_pos x Hx). pose proof (K_pos (x ^ 2 / 2)).
  assert (F : (total + mass x) * (total - mass x) = 2 * G (x ^ 2 / 2))
    by (replace ((total + mass x) * (total - mass x)) with (total ^ 2 - mass x ^ 2) by ring; lra).
  apply Rabs_le. nra.
Qed.

Lemma bell_tail x : 1 <= x -> bell x <= / x /\ x * bell x <= / x.
Proof.
  intros Hx. pose proof (bell_small x) as B. pose proof (bell_pos x).
  assert (x * bell x <= / x).
  { apply Rmult_le_reg_r with x; [lra|]. rewrite Rinv_l by lra. lra. }
  split; [|assumption]. nra.
Qed.
