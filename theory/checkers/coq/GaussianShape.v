(** The shape of Gaussian noise (docs/theory.md#shape.feasible): for Z standard normal, every mu and every s > 0,
    (E|mu + s Z|)^2 <= mu^2 + (2/pi) E (s Z)^2, and at mu = 0 both sides are equal.

    An expectation is the limit of Riemann integrals over [a, b] as a -> - infinity and b -> infinity.  For s = 1 and
    without the total mass the inequality is (x J x + exp(- x^2 / 2))^2 <= (pi / 2) x^2 + 1: the difference of its
    sides is zero at x = 0 and has the derivative 2 x (2 G - K) at c = x^2 / 2 (GaussianIntegral.v), where 2 G >= K
    because 2 / (1 + t^2) >= 1 on [0, 1]. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import NoiseShape GaussianIntegral.
Local Open Scope R_scope.

(** * Expectations *)

Definition density (z : R) : R := exp (- (z ^ 2 / 2)) / sqrt (2 * PI).

(** E f(Z) = l for Z standard normal. *)
Definition expects (f : R -> R) (l : R) : Prop := forall eps, 0 < eps ->
  exists far, forall a b, a <= - far -> far <= b ->
  exists pr : Riemann_integrable (fun z => f z * density z) a b, Rabs (RiemannInt pr - l) < eps.

Lemma expects_unique f l l' : expects f l -> expects f l' -> l = l'.
Proof.
  intros E E'. apply cond_eq. intros eps He. assert (H2 : 0 < eps / 2) by lra.
  destruct (E _ H2) as [X HX], (E' _ H2) as [X' HX'].
  pose proof (Rmax_l X X'). pose proof (Rmax_r X X').
  destruct (HX (- Rmax X X') (Rmax X X') ltac:(lra) ltac:(lra)) as [pr B].
  destruct (HX' (- Rmax X X') (Rmax X X') ltac:(lra) ltac:(lra)) as [pr' B'].
  rewrite (RiemannInt_P5 pr' pr) in B'. set (v := RiemannInt pr) in *.
  replace (l - l') with (- (v - l) + (v - l')) by ring. apply Rle_lt_trans with (1 := Rabs_triang _ _).
  rewrite Rabs_Ropp. lra.
Qed.

Lemma scale_is : sqrt (2 * PI) = 2 * total.
Proof.
  replace (2 * PI) with ((2 * total) ^ 2) by (rewrite Rpow_mult_distr, total_sq; field).
  apply sqrt_pow2. pose proof total_above_one. lra.
Qed.

Lemma density_is z : density z = bell z / (2 * total).
Proof. unfold density. now rewrite scale_is. Qed.

Lemma density_continuous : continuity density.
Proof.
  apply (continuous_of _ (fun z => / (2 * total) * (- z * bell z))). intros z eps He.
  destruct (derivable_pt_lim_scal bell (/ (2 * total)) z _ (bell_derives z) eps He) as [delta L].
  exists delta. intros h Hh Small. rewrite !density_is. specialize (L h Hh Small). unfold mult_real_fct in L.
  unfold Rdiv in *. rewrite !(Rmult_comm (bell _)). exact L.
Qed.

(** From an integral over every long enough interval and the ends of its two parts, at a rate of 1 / |x|. *)
Lemma expects_of f l U V u v C : l = v - u -> continuity f -> 0 <= C ->
  (exists X, forall a b (pr : Riemann_integrable (fun z => f z * density z) a b), a <= - X -> X <= b ->
    RiemannInt pr = V b - U a) ->
  (forall x, 1 <= x -> Rabs (V x - v) <= C * / x) -> (forall x, 1 <= x -> Rabs (U (- x) - u) <= C * / x) ->
  expects f l.
Proof.
  intros -> Cf HC [X Int] HV HU eps He. exists (Rmax (Rmax 1 X) (2 * (C + 1) / eps)). intros a b Ha Hb.
  pose proof (Rmax_l (Rmax 1 X) (2 * (C + 1) / eps)). pose proof (Rmax_r (Rmax 1 X) (2 * (C + 1) / eps)).
  pose proof (Rmax_l 1 X). pose proof (Rmax_r 1 X).
  assert (Small : forall x, 1 <= x -> 2 * (C + 1) / eps <= x -> C * / x < eps / 2).
  { intros x One Far. apply Rmult_lt_reg_r with x; [lra|]. rewrite Rmult_assoc, Rinv_l by lra.
    apply Rlt_le_trans with (eps / 2 * (2 * (C + 1) / eps)).
    - replace (eps / 2 * (2 * (C + 1) / eps)) with (C + 1) by (field; lra). lra.
    - apply Rmult_le_compat_l; lra. }
  exists (integrable _ (continuity_mult f density Cf density_continuous) a b).
  rewrite (Int a b) by lra.
  pose proof (HV b ltac:(lra)) as B1. pose proof (HU (- a) ltac:(lra)) as B2. rewrite Ropp_involutive in B2.
  pose proof (Small b ltac:(lra) ltac:(lra)). pose proof (Small (- a) ltac:(lra) ltac:(lra)).
  replace (V b - U a - (v - u)) with ((V b - v) + - (U a - u)) by ring.
  apply Rle_lt_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp. lra.
Qed.

(** The integral of (m + s z) density z. *)
Definition part (m s z : R) : R := (m * mass z - s * bell z) / (2 * total).

Lemma part_derives m s z : derivable_pt_lim (part m s) z ((m + s * z) * density z).
Proof.
  pose proof total_above_one. rewrite density_is.
  apply (derives_as _ _ ((m * bell z - s * (- z * bell z)) * / (2 * total))); [|field; lra].
  apply (derivable_pt_lim_scal_right (fun y => m * mass y - s * bell y)).
  apply (derivable_pt_lim_minus (fun y => m * mass y) (fun y => s * bell y)).
  - apply (derivable_pt_lim_scal mass), mass_derives.
  - apply (derivable_pt_lim_scal bell), bell_derives.
Qed.

Lemma line_continuous m s : continuity (fun z => m + s * z).
Proof.
  apply (continuous_of _ (fun _ => s)). intros z. apply (derives_of_remainder _ z s 0). intros h _.
  replace (m + s * (z + h) - (m + s * z) - s * h) with 0 by ring. rewrite Rabs_R0. lra.
Qed.

Lemma part_integral m s a b (pr : Riemann_integrable (fun z => (m + s * z) * density z) a b) :
  RiemannInt pr = part m s b - part m s a.
Proof.
  apply integral_of; [apply part_derives|].
  apply (continuity_mult (fun z => m + s * z) density); [apply line_continuous | apply density_continuous].
Qed.

Lemma part_right m s x : 1 <= x -> Rabs (part m s x - m / 2) <= (Rabs m + Rabs s) * / x.
Proof.
  intros Hx. pose proof total_above_one. pose proof (mass_near x ltac:(lra)) as N. pose proof (bell_pos x) as P.
  destruct (bell_tail x Hx) as [B _].
  replace (part m s x - m / 2) with (/ (2 * total) * (m * (mass x - total) + - s * bell x))
    by (unfold part; field; lra).
  rewrite Rabs_mult, (Rabs_pos_eq (/ (2 * total))) by (left; apply Rinv_0_lt_compat; lra).
  assert (Up : Rabs (m * (mass x - total) + - s * bell x) <= 2 * (Rabs m + Rabs s) * bell x).
  { apply Rle_trans with (1 := Rabs_triang _ _). rewrite !Rabs_mult, Rabs_Ropp, (Rabs_pos_eq (bell x)) by lra.
    pose proof (Rmult_le_compat_l _ _ _ (Rabs_pos m) N).
    assert (0 <= Rabs s * bell x) by (apply Rmult_le_pos; [apply Rabs_pos | lra]). lra. }
  assert (Inv : / (2 * total) <= / 2) by (apply Rinv_le_contravar; lra).
  apply Rle_trans with (/ 2 * (2 * (Rabs m + Rabs s) * bell x)).
  - apply Rmult_le_compat; [left; apply Rinv_0_lt_compat; lra | apply Rabs_pos | exact Inv | exact Up].
  - replace (/ 2 * (2 * (Rabs m + Rabs s) * bell x)) with ((Rabs m + Rabs s) * bell x) by field.
    apply Rmult_le_compat_l; [|exact B]. pose proof (Rabs_pos m). pose proof (Rabs_pos s). lra.
Qed.

Lemma part_left m s x : part m s (- x) = part (- m) s x.
Proof. unfold part. rewrite mass_odd, bell_even. f_equal. ring. Qed.

(** E (m + s Z) = m. *)
Lemma expects_line m s : expects (fun z => m + s * z) m.
Proof.
  apply (expects_of _ _ (part m s) (part m s) (- m / 2) (m / 2) (Rabs m + Rabs s)).
  - field.
  - apply line_continuous.
  - pose proof (Rabs_pos m). pose proof (Rabs_pos s). lra.
  - exists 0. intros. apply part_integral.
  - intros x Hx. now apply part_right.
  - intros x Hx. rewrite part_left, <- (Rabs_Ropp m). now apply part_right.
Qed.

Lemma square_continuous s : continuity (fun z => (s * z) ^ 2).
Proof.
  apply (continuous_of _ (fun z => 2 * s ^ 2 * z)). intros z. apply (derives_of_remainder _ z _ (s ^ 2)). intros h _.
  replace ((s * (z + h)) ^ 2 - (s * z) ^ 2 - 2 * s ^ 2 * z * h) with ((s * h) ^ 2) by ring.
  rewrite Rabs_pos_eq by apply pow2_ge_0. right. ring.
Qed.

(** E (s Z)^2 = s^2. *)
Lemma expects_square s : expects (fun z => (s * z) ^ 2) (s ^ 2).
Proof.
  pose proof total_above_one as T1.
  set (F := fun z => s ^ 2 * / (2 * total) * (mass z - z * bell z)).
  assert (Far : forall x, 1 <= x -> Rabs (F x - s ^ 2 / 2) <= 2 * s ^ 2 * / x).
  { intros x Hx. pose proof (mass_near x ltac:(lra)) as N. destruct (bell_tail x Hx) as [B1 B2].
    pose proof (bell_pos x).
    unfold F. replace (s ^ 2 * / (2 * total) * (mass x - x * bell x) - s ^ 2 / 2)
      with (s ^ 2 * (/ (2 * total) * (mass x - total - x * bell x))) by (field; lra).
    assert (Inv : / (2 * total) <= / 2) by (apply Rinv_le_contravar; lra).
    assert (P : 0 < / (2 * total)) by (apply Rinv_0_lt_compat; lra).
    rewrite Rabs_mult, (Rabs_pos_eq (s ^ 2)) by apply pow2_ge_0.
    replace (2 * s ^ 2 * / x) with (s ^ 2 * (/ 2 * (4 * / x))) by (field; lra).
    apply Rmult_le_compat_l; [apply pow2_ge_0|]. rewrite Rabs_mult, (Rabs_pos_eq (/ (2 * total))) by lra.
    apply Rmult_le_compat; [lra | apply Rabs_pos | exact Inv|].
    apply Rle_trans with (1 := Rabs_triang _ _). rewrite Rabs_Ropp, (Rabs_pos_eq (x * bell x)) by nra.
    assert (0 < / x) by (apply Rinv_0_lt_compat; lra). lra. }
  apply (expects_of _ _ F F (- (s ^ 2 / 2)) (s ^ 2 / 2) (2 * s ^ 2)).
  - field.
  - apply square_continuous.
  - pose proof (pow2_ge_0 s). lra.
  - exists 0. intros a b pr _ _. apply (integral_of _ F).
    + intros z. apply (derives_as _ _ (s ^ 2 * / (2 * total) * (bell z - (1 * bell z + z * (- z * bell z)))));
        [|rewrite density_is; field; lra].
      apply (derivable_pt_lim_scal (fun y => mass y - y * bell y)).
      apply (derivable_pt_lim_minus mass (fun y => y * bell y)); [apply mass_derives|].
      apply (derivable_pt_lim_mult (fun y => y) bell); [apply derivable_pt_lim_id | apply bell_derives].
    + apply (continuity_mult (fun z => (s * z) ^ 2) density); [apply square_continuous | apply density_continuous].
  - exact Far.
  - intros x Hx. replace (F (- x) - - (s ^ 2 / 2)) with (- (F x - s ^ 2 / 2))
      by (unfold F; rewrite mass_odd, bell_even; ring). rewrite Rabs_Ropp. now apply Far.
Qed.

(** * The mean size *)

Definition mean_size (mu s : R) : R := (mu * mass (mu / s) + s * bell (mu / s)) / total.

(** E|mu + s Z|: the integral changes its sign at - mu / s. *)
Theorem expects_size mu s : 0 < s -> expects (fun z => Rabs (mu + s * z)) (mean_size mu s).
Proof.
  intros Hs. pose proof total_above_one. set (c := - (mu / s)).
  assert (Kink : mu + s * c = 0) by (unfold c; field; lra).
  assert (Cont : continuity (fun z => Rabs (mu + s * z)))
    by (apply (continuity_comp (fun z => mu + s * z) Rabs); [apply line_continuous | apply Rcontinuity_abs]).
  apply (expects_of _ _ (fun a => 2 * part mu s c - part mu s a) (part mu s) (2 * part mu s c + mu / 2) (mu / 2)
    (Rabs mu + Rabs s)).
  - unfold part, c, mean_size. rewrite mass_odd, bell_even. field. lra.
  - exact Cont.
  - pose proof (Rabs_pos mu). pose proof (Rabs_pos s). lra.
  - exists (Rabs c). intros a b pr Ha Hb. pose proof (Rle_abs c). pose proof (Rle_abs (- c)) as L.
    rewrite Rabs_Ropp in L.
    set (C := continuity_mult _ density Cont density_continuous).
    apply (eq_trans (eq_sym (RiemannInt_P26 (integrable _ C a c) (integrable _ C c b) pr))).
    set (CL := continuity_mult _ density (line_continuous (- mu) (- s)) density_continuous).
    set (CR := continuity_mult _ density (line_continuous mu s) density_continuous).
    rewrite (RiemannInt_P18 (integrable _ C a c) (integrable _ CL a c)), (RiemannInt_P18 (integrable _ C c b)
      (integrable _ CR c b)); try lra.
    + apply (eq_trans (f_equal2 Rplus (part_integral _ _ _ _ (integrable _ CL a c))
        (part_integral _ _ _ _ (integrable _ CR c b)))). unfold part. field. lra.
    + intros z Hz. unfold mult_fct. f_equal. apply Rabs_pos_eq. nra.
    + intros z Hz. unfold mult_fct. f_equal. rewrite Rabs_left1; [ring | nra].
  - intros x Hx. now apply part_right.
  - intros x Hx. replace (2 * part mu s c - part mu s (- x) - (2 * part mu s c + mu / 2))
      with (- (part (- mu) s x - - mu / 2)) by (rewrite part_left; field).
    rewrite Rabs_Ropp, <- (Rabs_Ropp mu). now apply part_right.
Qed.

(** The inequality for s = 1, without the total. *)
Lemma below_the_root x : (x * mass x + bell x) ^ 2 <= PI / 2 * x ^ 2 + 1.
Proof.
  assert (Half : forall y, 0 <= y -> (y * mass y + bell y) ^ 2 <= PI / 2 * y ^ 2 + 1).
  { intros y [Hy|<-]; [|rewrite bell_zero; right; ring].
    set (D := fun z => PI / 2 * z ^ 2 - (z * mass z + bell z) ^ 2).
    destruct (MVT_cor3 D (fun z => 2 * z * (2 * G (z ^ 2 / 2) - K (z ^ 2 / 2))) 0 y Hy) as (z & Hz & _ & E).
    - intros z _ _.
      apply (derives_as _ _ (PI / 2 * (INR 2 * z ^ 1) - (INR 2 * (z * mass z + bell z) ^ 1)
        * (1 * mass z + z * bell z + - z * bell z))).
      + apply (derivable_pt_lim_minus (fun t => PI / 2 * t ^ 2) (fun t => (t * mass t + bell t) ^ 2)).
        * apply (derivable_pt_lim_scal (fun t => t ^ 2)), derivable_pt_lim_pow.
        * apply (derivable_pt_lim_comp (fun t => t * mass t + bell t) (fun v => v ^ 2)).
          -- apply (derivable_pt_lim_plus (fun t => t * mass t) bell); [|apply bell_derives].
             apply (derivable_pt_lim_mult (fun t => t) mass); [apply derivable_pt_lim_id | apply mass_derives].
          -- apply derivable_pt_lim_pow.
      + pose proof (mass_square z) as M. pose proof (K_is z) as S. simpl INR.
        replace (2 * z * (2 * G (z ^ 2 / 2) - K (z ^ 2 / 2))) with (4 * z * G (z ^ 2 / 2) - 2 * (z * K (z ^ 2 / 2)))
          by ring. rewrite S. replace (G (z ^ 2 / 2)) with (PI / 4 - mass z ^ 2 / 2) by lra. field.
    - unfold D in E. rewrite mass_zero, bell_zero in E. pose proof (proj1 (G_bounds z)) as B.
      assert (0 <= 2 * z * (2 * G (z ^ 2 / 2) - K (z ^ 2 / 2)) * (y - 0))
        by (apply Rmult_le_pos; [apply Rmult_le_pos|]; lra). lra. }
  destruct (Rle_or_lt 0 x) as [L|L]; [now apply Half|].
  specialize (Half (- x) ltac:(lra)). rewrite mass_odd, bell_even in Half.
  replace (- x * - mass x) with (x * mass x) in Half by ring. now replace ((- x) ^ 2) with (x ^ 2) in Half by ring.
Qed.

Lemma mean_size_short mu s : 0 < s -> mean_size mu s ^ 2 <= mu ^ 2 + 2 / PI * s ^ 2.
Proof.
  intros Hs. pose proof total_sq as T. pose proof total_above_one. pose proof PI_RGT_0.
  pose proof (below_the_root (mu / s)) as B. set (x := mu / s) in *.
  assert (Ex : mu = s * x) by (unfold x; field; lra).
  replace (mean_size mu s ^ 2) with (s ^ 2 * (x * mass x + bell x) ^ 2 / total ^ 2)
    by (unfold mean_size; fold x; rewrite Ex at 1; field; lra).
  rewrite T. apply Rmult_le_reg_r with (PI / 2); [lra|].
  replace (s ^ 2 * (x * mass x + bell x) ^ 2 / (PI / 2) * (PI / 2)) with (s ^ 2 * (x * mass x + bell x) ^ 2)
    by (field; lra).
  replace ((mu ^ 2 + 2 / PI * s ^ 2) * (PI / 2)) with (s ^ 2 * (PI / 2 * x ^ 2 + 1)) by (rewrite Ex; field; lra).
  apply Rmult_le_compat_l; [apply pow2_ge_0 | exact B].
Qed.

(** Gaussian noise s Z has chi^2 = 2 / pi. *)
Theorem gaussian_shape mu s size square : 0 < s -> expects (fun z => Rabs (mu + s * z)) size ->
  expects (fun z => (s * z) ^ 2) square -> size ^ 2 <= mu ^ 2 + 2 / PI * square.
Proof.
  intros Hs E1 E2.
  rewrite (expects_unique _ _ _ E1 (expects_size mu s Hs)), (expects_unique _ _ _ E2 (expects_square s)).
  now apply mean_size_short.
Qed.

(** Nothing is vacuous: the density has the total mass 1, the mean 0 and the variance 1, and the mean size exists. *)
Theorem gaussian_law : expects (fun _ => 1) 1 /\ expects (fun z => z) 0 /\ expects (fun z => z ^ 2) 1 /\
  forall mu s, 0 < s -> exists size, expects (fun z => Rabs (mu + s * z)) size /\ size ^ 2 <= mu ^ 2 + 2 / PI * s ^ 2.
Proof.
  assert (Same : forall f g l, (forall z, f z = g z) -> continuity g -> expects f l -> expects g l).
  { intros f g l E C X eps He. destruct (X eps He) as [far B]. exists (Rmax far 0). intros a b Ha Hb.
    pose proof (Rmax_l far 0). pose proof (Rmax_r far 0). destruct (B a b ltac:(lra) ltac:(lra)) as [pr Near].
    exists (integrable _ (continuity_mult g density C density_continuous) a b).
    rewrite <- (RiemannInt_P18 pr); [exact Near | lra | intros z _; unfold mult_fct; now rewrite E]. }
  split; [|split; [|split]].
  - apply (Same _ _ _ (fun z => ltac:(ring) : 1 + 0 * z = 1)); [|apply expects_line].
    apply continuity_const. intros x y. reflexivity.
  - apply (Same _ _ _ (fun z => ltac:(ring) : 0 + 1 * z = z)); [|apply expects_line].
    apply derivable_continuous, derivable_id.
  - replace 1 with (1 ^ 2) by ring.
    apply (Same _ _ _ (fun z => ltac:(ring) : (1 * z) ^ 2 = z ^ 2)); [apply continuous_square | apply expects_square].
  - intros mu s Hs. exists (mean_size mu s). split; [now apply expects_size | now apply mean_size_short].
Qed.

(** No smaller constant: equality without a mean. *)
Theorem gaussian_shape_attained s size square : 0 < s -> expects (fun z => Rabs (0 + s * z)) size ->
  expects (fun z => (s * z) ^ 2) square -> size ^ 2 = 2 / PI * square.
Proof.
  intros Hs E1 E2.
  rewrite (expects_unique _ _ _ E1 (expects_size 0 s Hs)), (expects_unique _ _ _ E2 (expects_square s)).
  unfold mean_size. replace (0 / s) with 0 by (field; lra). rewrite bell_zero.
  pose proof total_above_one. pose proof PI_RGT_0.
  replace (((0 * mass 0 + s * 1) / total) ^ 2) with (s ^ 2 / total ^ 2) by (field; lra). rewrite total_sq. field. lra.
Qed.
