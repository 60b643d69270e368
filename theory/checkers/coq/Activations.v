(** The activations and losses of the simulator are differentiable, and have the constants that it states.

    [activation phi dphi p0 p1 top]: phi(0) = 0, phi' = dphi, |phi'| <= p0, phi' is p1-Lipschitz, and |phi| <= b if
    [top] is Some b.  Proved of tanh ([tanh_activation]), the centred logistic function ([sigmoid_activation]), the
    centred softplus ([softplus_activation]) and the identity ([identity_activation]).

    [scalar_loss l dl top l1], for one output: l >= 0, l' = dl, |l'| <= b if [top] is Some b, and l' is
    l1-Lipschitz.  Proved of log-cosh ([log_cosh_loss]), half the squared error ([squared_loss]) and the logistic loss
    ([logistic_loss]).  Summed over n outputs it is what Network.v asks of a loss ([summed_gradient],
    [summed_bound], [summed_lipschitz], [summed_nonneg]). *)

From Coq Require Import Reals Lra Lia.
From Analog Require Import Sums InnerProduct Descent Matrix Backprop.
Local Open Scope R_scope.

Definition slope_is_lipschitz (dphi : R -> R) (p1 : R) : Prop :=
  forall a b, Rabs (dphi a - dphi b) <= p1 * Rabs (a - b).

Definition activation (phi dphi : R -> R) (p0 p1 : R) (top : option R) : Prop :=
  phi 0 = 0 /\ (forall z, derivable_pt_lim phi z (dphi z)) /\ (forall z, Rabs (dphi z) <= p0) /\
  slope_is_lipschitz dphi p1 /\ (forall b, top = Some b -> forall z, Rabs (phi z) <= b).

Definition scalar_loss (l dl : R -> R) (top : option R) (l1 : R) : Prop :=
  (forall z, 0 <= l z) /\ (forall z, derivable_pt_lim l z (dl z)) /\
  (forall b, top = Some b -> forall z, Rabs (dl z) <= b) /\ slope_is_lipschitz dl l1.

(** * tanh *)

Lemma cosh_pos z : 0 < cosh z.
Proof. unfold cosh. pose proof (exp_pos z). pose proof (exp_pos (- z)). lra. Qed.

Lemma cosh_square z : cosh z ^ 2 = 1 + sinh z ^ 2.
Proof.
  unfold cosh, sinh. replace 1 with (exp (z + - z)) by (rewrite Rplus_opp_r; apply exp_0). rewrite exp_plus. field.
Qed.

Lemma tanh_zero : tanh 0 = 0.
Proof. unfold tanh, sinh, cosh. rewrite Ropp_0, exp_0. field. Qed.

Lemma tanh_derivative z : derivable_pt_lim tanh z (1 - tanh z ^ 2).
Proof.
  pose proof (cosh_pos z).
  apply derivable_as with ((cosh z * cosh z - sinh z * sinh z) / Rsqr (cosh z)).
  - apply (derivable_pt_lim_div sinh cosh);
      [apply derivable_pt_lim_sinh | apply derivable_pt_lim_cosh | lra].
  - unfold tanh, Rsqr. field. lra.
Qed.

Lemma tanh_square z : tanh z ^ 2 < 1.
Proof.
  pose proof (cosh_pos z) as P. pose proof (cosh_square z) as E. unfold tanh, Rdiv. rewrite Rpow_mult_distr, pow_inv.
  pose proof (Rinv_0_lt_compat _ (pow_lt _ 2 P)) as I.
  replace (sinh z ^ 2 * / cosh z ^ 2) with (1 - / cosh z ^ 2); [lra|].
  replace (sinh z ^ 2) with (cosh z ^ 2 - 1) by lra. field. lra.
Qed.

Lemma tanh_bound z : Rabs (tanh z) <= 1.
Proof.
  pose proof (tanh_square z) as S. rewrite <- pow2_abs in S. pose proof (Rabs_pos (tanh z)).
  destruct (Rle_or_lt (Rabs (tanh z)) 1); [assumption|]. nra.
Qed.

Lemma tanh_slope z : Rabs (1 - tanh z ^ 2) <= 1.
Proof. pose proof (tanh_square z). pose proof (pow2_ge_0 (tanh z)). apply Rabs_le. lra. Qed.

Lemma tanh_lipschitz a b : Rabs (tanh a - tanh b) <= 1 * Rabs (a - b).
Proof. apply (slope_lipschitz tanh (fun z => 1 - tanh z ^ 2)); [apply tanh_derivative | apply tanh_slope]. Qed.

(** The largest |tanh''|, where tanh^2 = 1/3. *)
Definition tanh_curvature : R := 4 / (3 * sqrt 3).

Lemma tanh_curvature_is : tanh_curvature = 4 * sqrt 3 / 9.
Proof.
  unfold tanh_curvature. pose proof (sqrt_lt_R0 3 ltac:(lra)). pose proof (sqrt_sqrt 3 ltac:(lra)) as S.
  apply Rmult_eq_reg_r with (3 * sqrt 3); [|lra].
  replace (4 * sqrt 3 / 9 * (3 * sqrt 3)) with (4 / 3 * (sqrt 3 * sqrt 3)) by field. rewrite S. field. lra.
Qed.

Lemma tanh_slope_lipschitz : slope_is_lipschitz (fun z => 1 - tanh z ^ 2) tanh_curvature.
Proof.
  intros a b. apply (slope_lipschitz (fun z => 1 - tanh z ^ 2) (fun z => - (2 * tanh z * (1 - tanh z ^ 2)))).
  - intros z. apply derivable_as with (0 - INR 2 * tanh z ^ 1 * (1 - tanh z ^ 2)); [|simpl; ring].
    apply (derivable_pt_lim_minus (fun _ => 1) (fun z => tanh z ^ 2)); [apply derivable_pt_lim_const|].
    apply (derivable_pt_lim_comp tanh (fun v => v ^ 2));
      [apply tanh_derivative | apply (derivable_pt_lim_pow (tanh z) 2)].
  - intros z. rewrite Rabs_Ropp, !Rabs_mult, (Rabs_pos_eq 2) by lra.
    pose proof (tanh_square z) as S. rewrite (Rabs_pos_eq (1 - tanh z ^ 2)) by lra.
    rewrite <- pow2_abs. pose proof (Rabs_pos (tanh z)). set (t := Rabs (tanh z)) in *.
    rewrite tanh_curvature_is. pose proof (sqrt_sqrt 3 ltac:(lra)) as Q. pose proof (sqrt_pos 3).
    set (s := sqrt 3) in *.
    (* 4 s / 9 - 2 t (1 - t^2) = 2 (t - s/3)^2 (t + 2 s/3) if s^2 = 3 *)
    pose proof (Rmult_le_pos ((t - s / 3) ^ 2) (t + 2 * s / 3) (pow2_ge_0 _) ltac:(lra)) as P.
    replace ((t - s / 3) ^ 2 * (t + 2 * s / 3)) with (t ^ 3 - s * s / 3 * t + 2 * (s * s) * s / 27) in P by field.
    rewrite Q in P. lra.
Qed.

Theorem tanh_activation : activation tanh (fun z => 1 - tanh z ^ 2) 1 tanh_curvature (Some 1).
Proof.
  repeat split; auto using tanh_zero, tanh_derivative, tanh_slope, tanh_slope_lipschitz.
  intros b [= <-]. apply tanh_bound.
Qed.

(** * The others: tanh at half the argument *)

Lemma half_tanh_derivative z : derivable_pt_lim (fun z => tanh (/ 2 * z)) z (/ 2 * (1 - tanh (/ 2 * z) ^ 2)).
Proof.
  apply derivable_as with ((1 - tanh (/ 2 * z) ^ 2) * (/ 2 * 1)); [|lra].
  apply (derivable_pt_lim_comp (fun z => / 2 * z) tanh); [|apply tanh_derivative].
  apply (derivable_pt_lim_scal id), derivable_pt_lim_id.
Qed.

Lemma half_distance a b : Rabs (/ 2 * a - / 2 * b) = / 2 * Rabs (a - b).
Proof. replace (/ 2 * a - / 2 * b) with (/ 2 * (a - b)) by ring. rewrite Rabs_mult, Rabs_pos_eq; lra. Qed.

(** 1/(1 + exp(-z)) - 1/2. *)
Definition sigmoid (z : R) : R := / 2 * tanh (/ 2 * z).

Lemma sigmoid_is z : sigmoid z = / (1 + exp (- z)) - / 2.
Proof.
  unfold sigmoid, tanh, sinh, cosh.
  pose proof (exp_pos (/ 2 * z)). pose proof (exp_pos (- (/ 2 * z))).
  replace (exp (- z)) with (exp (- (/ 2 * z)) * exp (- (/ 2 * z))) by (rewrite <- exp_plus; f_equal; lra).
  assert (E : exp (/ 2 * z) * exp (- (/ 2 * z)) = 1) by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0).
  set (u := exp (/ 2 * z)) in *. set (v := exp (- (/ 2 * z))) in *.
  assert (P : 0 < 1 + v * v) by nra.
  replace v with (/ u) by (apply Rmult_eq_reg_l with u; [rewrite E; field; lra | lra]). field. split; nra.
Qed.

Theorem sigmoid_activation :
  activation sigmoid (fun z => / 4 * (1 - tanh (/ 2 * z) ^ 2)) (/ 4) (/ 8 * tanh_curvature) (Some (/ 2)).
Proof.
  unfold sigmoid. repeat split.
  - rewrite Rmult_0_r, tanh_zero. lra.
  - intros z. apply derivable_as with (/ 2 * (/ 2 * (1 - tanh (/ 2 * z) ^ 2))); [|lra].
    apply (derivable_pt_lim_scal (fun z => tanh (/ 2 * z))), half_tanh_derivative.
  - intros z. pose proof (tanh_slope (/ 2 * z)). rewrite Rabs_mult, (Rabs_pos_eq (/ 4)); lra.
  - intros a b. rewrite <- Rmult_minus_distr_l, Rabs_mult, (Rabs_pos_eq (/ 4)) by lra.
    pose proof (tanh_slope_lipschitz (/ 2 * a) (/ 2 * b)) as L. simpl in L. rewrite half_distance in L. simpl. lra.
  - intros b [= <-] z. pose proof (tanh_bound (/ 2 * z)). rewrite Rabs_mult, (Rabs_pos_eq (/ 2)); lra.
Qed.

(** The logistic function, and its integral. *)
Definition logistic (z : R) : R := / 2 + / 2 * tanh (/ 2 * z).

Lemma logistic_is z : logistic z = exp z / (1 + exp z).
Proof.
  pose proof (sigmoid_is z) as S. pose proof (exp_pos z). unfold logistic. fold (sigmoid z). rewrite S, exp_Ropp.
  field. split; lra.
Qed.

Lemma logistic_range z : 0 < logistic z < 1.
Proof.
  rewrite logistic_is. pose proof (exp_pos z). split; [apply Rdiv_lt_0_compat; lra|].
  apply Rmult_lt_reg_r with (1 + exp z); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra.
Qed.

Lemma logistic_lipschitz : slope_is_lipschitz logistic (/ 4).
Proof.
  intros a b. unfold logistic. pose proof (tanh_lipschitz (/ 2 * a) (/ 2 * b)) as L. rewrite half_distance in L.
  replace (/ 2 + / 2 * tanh (/ 2 * a) - (/ 2 + / 2 * tanh (/ 2 * b)))
    with (/ 2 * (tanh (/ 2 * a) - tanh (/ 2 * b))) by ring.
  rewrite Rabs_mult, (Rabs_pos_eq (/ 2)); lra.
Qed.

Lemma softplus_derivative z : derivable_pt_lim (fun z => ln (1 + exp z)) z (logistic z).
Proof.
  pose proof (exp_pos z). apply derivable_as with (/ (1 + exp z) * (0 + exp z)); [|rewrite logistic_is; field; lra].
  apply (derivable_pt_lim_comp (fun z => 1 + exp z) ln).
  - apply (derivable_pt_lim_plus (fun _ => 1) exp); [apply derivable_pt_lim_const | apply derivable_pt_lim_exp].
  - apply derivable_pt_lim_ln. lra.
Qed.

(** ln (1 + exp z) - ln 2. *)
Theorem softplus_activation : activation (fun z => ln (1 + exp z) - ln 2) logistic 1 (/ 4) None.
Proof.
  repeat split.
  - rewrite exp_0. replace (1 + 1) with 2 by ring. ring.
  - intros z. apply derivable_as with (logistic z - 0); [|ring].
    apply (derivable_pt_lim_minus (fun z => ln (1 + exp z)) (fun _ => ln 2));
      [apply softplus_derivative | apply derivable_pt_lim_const].
  - intros z. pose proof (logistic_range z). apply Rabs_le. lra.
  - apply logistic_lipschitz.
  - discriminate.
Qed.

Theorem identity_activation : activation (fun z => z) (fun _ => 1) 1 0 None.
Proof.
  repeat split.
  - intros z. apply (derivable_pt_lim_id z).
  - intros z. rewrite Rabs_R1. lra.
  - intros a b. rewrite Rminus_eq_0, Rabs_R0. lra.
  - discriminate.
Qed.

(** * Losses of one output; t is the target *)

Lemma shifted_derivative (l : R -> R) t z dl :
  derivable_pt_lim l (z - t) dl -> derivable_pt_lim (fun z => l (z - t)) z dl.
Proof.
  intros D. apply derivable_as with (dl * (1 - 0)); [|ring].
  apply (derivable_pt_lim_comp (fun z => z - t) l); [|exact D].
  apply (derivable_pt_lim_minus id (fun _ => t)); [apply derivable_pt_lim_id | apply derivable_pt_lim_const].
Qed.

Lemma ln_nonneg x : 1 <= x -> 0 <= ln x.
Proof.
  intros [L|<-]; [|rewrite ln_1; lra]. left. rewrite <- ln_1. apply ln_increasing; lra.
Qed.

Theorem log_cosh_loss t : scalar_loss (fun z => ln (cosh (z - t))) (fun z => tanh (z - t)) (Some 1) 1.
Proof.
  repeat split.
  - intros z. apply ln_nonneg. pose proof (cosh_pos (z - t)). pose proof (cosh_square (z - t)).
    pose proof (pow2_ge_0 (sinh (z - t))). nra.
  - intros z. apply (shifted_derivative (fun z => ln (cosh z))). pose proof (cosh_pos (z - t)).
    apply derivable_as with (/ cosh (z - t) * sinh (z - t)); [|unfold tanh; field; lra].
    apply (derivable_pt_lim_comp cosh ln); [apply derivable_pt_lim_cosh | now apply derivable_pt_lim_ln].
  - intros b [= <-] z. apply tanh_bound.
  - intros a b. replace (a - b) with (a - t - (b - t)) by ring. apply tanh_lipschitz.
Qed.

Theorem squared_loss t : scalar_loss (fun z => / 2 * (z - t) ^ 2) (fun z => z - t) None 1.
Proof.
  repeat split.
  - intros z. pose proof (pow2_ge_0 (z - t)). lra.
  - intros z. apply (shifted_derivative (fun z => / 2 * z ^ 2)).
    apply derivable_as with (/ 2 * (INR 2 * (z - t) ^ 1)); [|simpl; field].
    apply (derivable_pt_lim_scal (fun z => z ^ 2)), (derivable_pt_lim_pow (z - t) 2).
  - discriminate.
  - intros a b. replace (a - t - (b - t)) with (a - b) by ring. lra.
Qed.

(** For labels t = 1 and t = -1, and all between. *)
Theorem logistic_loss t :
  Rabs t <= 1 -> scalar_loss (fun z => ln (1 + exp (- t * z))) (fun z => - t * logistic (- t * z)) (Some 1) (/ 4).
Proof.
  intros T. pose proof (Rabs_pos t). repeat split.
  - intros z. apply ln_nonneg. pose proof (exp_pos (- t * z)). lra.
  - intros z. apply derivable_as with (logistic (- t * z) * (- t * 1)); [|ring].
    apply (derivable_pt_lim_comp (fun z => - t * z) (fun z => ln (1 + exp z))); [|apply softplus_derivative].
    apply (derivable_pt_lim_scal id), derivable_pt_lim_id.
  - intros b [= <-] z. pose proof (logistic_range (- t * z)).
    rewrite Rabs_mult, Rabs_Ropp, (Rabs_pos_eq (logistic _)) by lra. nra.
  - intros a b. rewrite <- Rmult_minus_distr_l, Rabs_mult, Rabs_Ropp.
    pose proof (logistic_lipschitz (- t * a) (- t * b)) as L.
    rewrite <- Rmult_minus_distr_l, Rabs_mult, Rabs_Ropp in L.
    pose proof (Rabs_pos (a - b)). pose proof (Rmult_le_compat_l _ _ _ (Rabs_pos t) L).
    assert (Rabs t * Rabs t <= 1) by nra.
    apply Rle_trans with (/ 4 * (Rabs t * Rabs t * Rabs (a - b))); [lra|]. nra.
Qed.

(** * Summed over the outputs *)

Section summed.
  Variable n : nat.
  Variables (l dl : nat -> R -> R) (top : option R) (l1 : R).
  Hypothesis each : forall i, scalar_loss (l i) (dl i) top l1.

  Definition summed (y : euclid n) : R := sum n (fun i => l i (y i)).
  Definition summed_slope (y : euclid n) : euclid n := fun i => dl i (y i).

  Theorem summed_nonneg y : 0 <= summed y.
  Proof. apply sum_nonneg. intros i _. apply (each i). Qed.

  Theorem summed_gradient : differentiable n summed summed_slope.
  Proof. apply separable_differentiable. intros i. apply (each i). Qed.

  Theorem summed_bound b y : top = Some b -> norm (summed_slope y) <= b * sqrt (INR n).
  Proof.
    intros E. assert (B : forall i z, Rabs (dl i z) <= b) by (intros i; now apply (each i)).
    apply elements_le; [apply Rle_trans with (2 := B 0%nat 0), Rabs_pos | intros; apply B].
  Qed.

  Theorem summed_lipschitz y z : 0 <= l1 -> norm (minus (summed_slope y) (summed_slope z)) <= l1 * norm (minus y z).
  Proof.
    intros P. apply euclid_le; [exact P|]. rewrite <- sum_scal. apply sum_le. intros i _.
    change ((dl i (y i) + -1 * dl i (z i)) * (dl i (y i) + -1 * dl i (z i))
      <= l1 ^ 2 * ((y i + -1 * z i) * (y i + -1 * z i))).
    destruct (each i) as (_ & _ & _ & L).
    pose proof (pow_incr _ _ 2 (conj (Rabs_pos _) (L (y i) (z i)))) as Q. rewrite Rpow_mult_distr, !pow2_abs in Q. lra.
  Qed.
End summed.

(** The slope of the squared loss has no bound of its own, but one on outputs of norm at most r. *)
Theorem squared_bound n (target y : euclid n) r :
  norm y <= r -> norm (summed_slope n (fun i z => z - target i) y) <= r + norm target.
Proof.
  intros B. pose proof (norm_scal (-1) target) as T. rewrite (Rabs_left (-1)) in T by lra.
  apply Rle_trans with (norm y + norm (scal (-1) target)); [|lra].
  apply euclid_split. intros i _. unfold summed_slope. change (y i - target i = y i + -1 * target i). ring.
Qed.

(** A stage of width n whose activation is bounded. *)
Theorem activation_capped n phi dphi p0 p1 b (z : euclid n) :
  activation phi dphi p0 p1 (Some b) -> norm ((fun i => phi (z i)) : euclid n) <= b * sqrt (INR n).
Proof.
  intros (_ & _ & _ & _ & B). specialize (B b eq_refl).
  apply elements_le; [apply Rle_trans with (2 := B 0), Rabs_pos | intros; apply B].
Qed.
