(** The claims about pulses of finite size, as CompareRuns.v has those about runs. *)

From Coq Require Import Reals Lra Lia Psatz List.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Master Granularity Granular.
From Analog Require Import Compare CompareDevices CompareRuns.
Local Open Scope R_scope.

(** * Moments *)

Lemma compare_granularity_train (cycle dw : R) (first second : nat -> R) :
  first 0%nat = 0 -> (forall n, first (S n) = dw + first n) -> second 0%nat = 0 ->
  (forall n, second (S n) = second n + dw ^ 2 * (1 + cycle ^ 2) + 2 * dw * first n) ->
  (forall n, first n = dw * INR n) /\ (forall n, second n = dw ^ 2 * INR n ^ 2 + INR n * cycle ^ 2 * dw ^ 2).
Proof.
  intros F0 FS G0 GS. pose proof (moments_of_pulses first second dw cycle F0 FS G0 GS) as M. split; intros n; apply M.
Qed.

Lemma compare_granularity_binomial (P dw : R) (first second : nat -> R) :
  first 0%nat = 0 -> (forall n, first (S n) = P + first n) -> second 0%nat = 0 ->
  (forall n, second (S n) = P + second n + 2 * P * first n) -> 0 <= P ->
  (forall n, first n = INR n * P) /\
  (forall n, dw ^ 2 * (second n + (-1) * first n ^ 2) = INR n * P * dw ^ 2 * (1 + (-1) * P)) /\
  (forall n, second n + (-1) * first n ^ 2 <= INR n * P).
Proof.
  intros F0 FS G0 GS HP. pose proof (moments_of_firings first second P F0 FS G0 GS) as M.
  split; [intros n; apply M|]. split; intros n; destruct (M n) as [_ V].
  - replace (second n + -1 * first n ^ 2) with (second n - first n ^ 2) by ring. rewrite V. ring.
  - replace (second n + -1 * first n ^ 2) with (second n - first n ^ 2) by ring. rewrite V.
    pose proof (Rmult_le_pos _ _ (pos_INR n) (Rmult_le_pos _ _ HP HP)). lra.
Qed.

Section variance.
  Variables (Smp : sampler) (Len : nat).
  Variables cycle dw : R.
  Variable first : history -> R.
  Variables m mean_first mean_number mean_number2 mean_second : R.
  Variables number number2 second : history -> R.
  Hypothesis mean_number_is : mean_number = average Smp Len (fun h => number h).
  Hypothesis mean_number2_is : mean_number2 = average Smp Len (fun h => number2 h).
  Hypothesis mean_first_is : mean_first = average Smp Len (fun h => first h).
  Hypothesis mean_second_is : mean_second = average Smp Len (fun h => second h).
  Hypothesis dw_pos : 0 < dw.
  Hypothesis number2_is : forall h, taken Smp Len h -> number2 h = number h ^ 2.
  Hypothesis mean_is : mean_number = m * / dw.
  Hypothesis first_is : forall h, taken Smp Len h -> first h = dw * number h.
  Hypothesis second_is : forall h, taken Smp Len h -> second h = number2 h * dw ^ 2 + number h * cycle ^ 2 * dw ^ 2.
  Hypothesis spread : mean_number2 + (-1) * mean_number ^ 2 <= m * / dw.

  Lemma compare_granularity_variance : mean_first = m /\
    mean_second + (-1) * mean_first ^ 2
      = dw ^ 2 * (mean_number2 + (-1) * mean_number ^ 2) + dw * m * cycle ^ 2 /\
    mean_second + (-1) * mean_first ^ 2 <= dw * m * (1 + cycle ^ 2).
  Proof using All.
    destruct (total_variance (average Smp Len) (fun h => number h) dw cycle m dw_pos) as [F V];
      [now rewrite <- mean_number_is|].
    cbv zeta in F, V. rewrite <- mean_number_is in V.
    assert (E1 : average Smp Len (fun h => dw * number h) = mean_first).
    { rewrite mean_first_is. apply apply_ext. intros h T. symmetry. now apply first_is. }
    assert (E2 : average Smp Len (fun h => dw ^ 2 * number h ^ 2 + number h * cycle ^ 2 * dw ^ 2) = mean_second).
    { rewrite mean_second_is. apply apply_ext. intros h T. rewrite second_is, number2_is by exact T. ring. }
    assert (E3 : average Smp Len (fun h => number h ^ 2) = mean_number2).
    { rewrite mean_number2_is. apply apply_ext. intros h T. symmetry. now apply number2_is. }
    rewrite E1 in F, V. rewrite E2, E3 in V.
    assert (Eq : mean_second + -1 * mean_first ^ 2
      = dw ^ 2 * (mean_number2 + -1 * mean_number ^ 2) + dw * m * cycle ^ 2) by lra.
    split; [exact F|]. split; [exact Eq|]. rewrite Eq.
    pose proof (Rmult_le_compat_l (dw ^ 2) _ _ (pow2_ge_0 dw) spread) as B.
    replace (dw ^ 2 * (m * / dw)) with (dw * m) in B by (field; lra). lra.
  Qed.
End variance.

Section step.
  Variables (Smp : sampler) (Len : nat).
  Variable bias : R.
  Variables change change2 excess excess2 : history -> R.
  Variable m : R.
  Variable m_r : history -> R.
  Variables mean_change mean_change2 q_minus q_plus qmax s variance : R.
  Hypothesis bias_is : bias = average Smp Len (fun h => excess h).
  Hypothesis variance_is : variance = average Smp Len (fun h => excess2 h).
  Hypothesis mean_change_is : mean_change = average Smp Len (fun h => change h).
  Hypothesis mean_change2_is : mean_change2 = average Smp Len (fun h => change2 h).
  Hypothesis sign : s ^ 2 = 1.
  Hypothesis plus_nonneg : 0 <= q_plus.
  Hypothesis plus_most : q_plus <= qmax.
  Hypothesis minus_nonneg : 0 <= q_minus.
  Hypothesis minus_most : q_minus <= qmax.
  Hypothesis excess_is : forall h, taken Smp Len h -> excess h = m_r h * s + (-1) * m * s.
  Hypothesis excess2_is : forall h, taken Smp Len h -> excess2 h = excess h ^ 2.
  Hypothesis change_is : forall h, taken Smp Len h -> change h =
    m_r h * s * (q_minus * (1 / 2 + -1 / 2 * s) + q_plus * (1 / 2 + 1 / 2 * s))
    + (-1) * m * s * (q_minus * (1 / 2 + -1 / 2 * s) + q_plus * (1 / 2 + 1 / 2 * s)).
  Hypothesis change2_is : forall h, taken Smp Len h -> change2 h = change h ^ 2.
  Hypothesis unbiased : bias = 0.

  Lemma compare_granularity_step : mean_change = 0 /\ mean_change2 <= variance * qmax ^ 2.
  Proof using All.
    set (q := q_minus * (1 / 2 + -1 / 2 * s) + q_plus * (1 / 2 + 1 / 2 * s)) in *.
    assert (Q : 0 <= q <= qmax) by (unfold q; destruct (sign_cases s sign) as [-> | ->]; lra).
    assert (E : average Smp Len (fun h => m_r h * s - m * s) = 0).
    { rewrite <- unbiased, bias_is. apply apply_ext. intros h T. rewrite excess_is by exact T. ring. }
    destruct (step_excess (average Smp Len) (fun h => m_r h * s) (m * s) q qmax E Q) as (M & _ & B).
    assert (E1 : average Smp Len (fun h => m_r h * s * q - m * s * q) = mean_change).
    { rewrite mean_change_is. apply apply_ext. intros h T. rewrite change_is by exact T. ring. }
    assert (E2 : average Smp Len (fun h => (m_r h * s * q - m * s * q) ^ 2) = mean_change2).
    { rewrite mean_change2_is. apply apply_ext. intros h T. rewrite change2_is, change_is by exact T. ring. }
    assert (E3 : average Smp Len (fun h => (m_r h * s - m * s) ^ 2) = variance).
    { rewrite variance_is. apply apply_ext. intros h T. rewrite excess2_is, excess_is by exact T. ring. }
    rewrite E1 in M. rewrite E2, E3 in B. split; [exact M | lra].
  Qed.
End step.

(** * Totals *)

Section total.
  Variables (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC).
  Variables V alpha cycle dw : R.
  Variable one_i : history -> TC -> R.
  Variable size : R.
  Variable size_i : history -> TC -> R.
  Variables ones sizes variances : process Smp Len (lift Crd (fun _ => real_space)).
  Hypothesis size_at : forall h, taken Smp Len h -> forall c, support Crd c -> size_i h c = (sizes h c : R).
  Hypothesis one_at : forall h, taken Smp Len h -> forall c, support Crd c -> one_i h c = (ones h c : R).
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis dw_nonneg : 0 <= dw.
  Hypothesis ones_size : inner ones ones = size.
  Hypothesis V_is : V = inner ones variances.

  Section always.
    Variable R_ : R.
    Variable var_i : history -> TC -> R.
    Variable sqrt_size : R.
    Hypothesis var_at : forall h, taken Smp Len h -> forall c, support Crd c -> var_i h c = (variances h c : R).
    Hypothesis R_nonneg : 0 <= R_.
    Hypothesis var_most : forall h, taken Smp Len h -> forall c, support Crd c ->
      one_i h c * var_i h c <= alpha * dw * one_i h c * size_i h c * (1 + cycle ^ 2).
    Hypothesis sizes_short : inner sizes sizes <= R_ ^ 2.
    Hypothesis root_nonneg : 0 <= sqrt_size.
    Hypothesis root_is_ : sqrt_size ^ 2 = size.

    Lemma compare_granularity_total : V <= inner ones sizes * alpha * dw * (1 + cycle ^ 2) /\
      V <= R_ * alpha * dw * sqrt_size * (1 + cycle ^ 2).
    Proof using All.
      destruct (total_pulses Smp Len Crd ones sizes variances (alpha * dw * (1 + cycle ^ 2)) sqrt_size R_) as [A B];
        try assumption.
      - apply Rmult_le_pos; [nra | pose proof (pow2_ge_0 cycle); lra].
      - intros h c T Hc. rewrite <- one_at, <- size_at, <- var_at by assumption. pose proof (var_most h T c Hc). lra.
      - now rewrite ones_size.
      - rewrite V_is. split; lra.
    Qed.
  End always.

  Section rounded.
    Variable var_i : history -> TC -> R.
    Hypothesis var_at : forall h, taken Smp Len h -> forall c, support Crd c -> var_i h c = (variances h c : R).
    Hypothesis var_most : forall h, taken Smp Len h -> forall c, support Crd c ->
      one_i h c * var_i h c <= 1 / 4 * dw ^ 2 * one_i h c ^ 2 + alpha * dw * one_i h c * size_i h c * cycle ^ 2.

    Lemma compare_granularity_total_rounding :
      V <= 1 / 4 * size * dw ^ 2 + inner ones sizes * alpha * dw * cycle ^ 2.
    Proof using All.
      pose proof (total_rounding Smp Len Crd ones sizes variances (alpha * dw * cycle ^ 2) dw size) as T.
      rewrite V_is. enough (inner ones variances <= dw ^ 2 / 4 * size + alpha * dw * cycle ^ 2 * inner ones sizes) by
        lra.
      apply T; [|exact ones_size]. intros h c Th Hc. rewrite <- one_at, <- size_at, <- var_at by assumption.
      pose proof (var_most h Th c Hc). lra.
    Qed.
  End rounded.
End total.

(** * The descent of a granular run *)

Section telescope.
  Variables (Smp : sampler) (Len : nat).
  Context {H : space}.
  Variables Delta K L V alpha f_first f_last : R.
  Variables f_next f_now : history -> R.
  Variables f_star mean_next mean_now p qmax r x : R.
  Variables F_k n_k v_k zeta_k : history -> H.
  Variables n unit v zeta : process Smp Len H.
  Hypothesis some : (0 < Len)%nat.
  Hypothesis zeta_at : forall h, taken Smp Len h -> forall y, inner (zeta_k h) y = inner (zeta h) y.
  Hypothesis F_at : forall h, taken Smp Len h -> forall y, inner (F_k h) y = r * inner (unit h) y.
  Hypothesis v_at : forall h, taken Smp Len h -> forall y, inner (v_k h) y = inner (v h) y.
  Hypothesis n_at : forall h, taken Smp Len h -> forall y, inner (n_k h) y = inner (n h) y.
  Hypothesis values : path Smp Len f_now f_next f_first f_last mean_now mean_next K.
  Hypothesis zeta_differences : differences Smp Len H zeta.
  Hypothesis unit_known : known Smp Len H 1 unit.
  Hypothesis n_differences : differences Smp Len H n.
  Hypothesis bounded_below : f_star <= f_last.
  Hypothesis gap : Delta = f_first + (-1) * f_star.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis smooth : forall h, taken Smp Len h -> f_next h <= inner (F_k h) (zeta_k h) + f_now h
    + 1 / 2 * L * (inner (zeta_k h) (zeta_k h) + inner (n_k h) (n_k h) * alpha ^ 2 + inner (v_k h) (v_k h) * alpha ^ 2
      + (-2) * inner (n_k h) (zeta_k h) * alpha + (-2) * inner (v_k h) (zeta_k h) * alpha
      + 2 * inner (n_k h) (v_k h) * alpha ^ 2)
    + (-1) * inner (F_k h) (n_k h) * alpha + (-1) * inner (F_k h) (v_k h) * alpha.
  Hypothesis x_is : x = L * alpha.
  Hypothesis p_is : p = Delta * / K * / alpha + 1 / 2 * L * V * / alpha * qmax ^ 2.
  Hypothesis energy : inner zeta zeta <= V * qmax ^ 2.
  Hypothesis v_zeta : inner v zeta = 0.
  Hypothesis n_zeta : inner n zeta = 0.

  Lemma compare_granularity_telescope :
    inner unit v * r <= p + 1 / 2 * x * (inner n n + inner v v + 2 * inner n v).
  Proof using All.
    destruct values as (f & Now & Next & -> & -> & _ & _ & EK).
    pose proof (known_scal r unit unit_known) as F_known.
    pose proof (telescope_granular Smp Len f f_star some bounded_below (scal r unit) v n zeta alpha L alpha_pos
      (known_orthogonal Smp Len n _ n_differences F_known) (known_orthogonal Smp Len zeta _ zeta_differences F_known)
      v_zeta n_zeta) as T.
    rewrite (start_cost Delta K alpha (Delta * / K * / alpha) (f nil) f_star Len some alpha_pos EK gap eq_refl) in T.
    rewrite inner_scal, norm_sq, inner_plus, !inner_plus_r, (inner_sym n v) in T.
    assert (Q : 0 <= L / (2 * alpha)).
    { apply Rmult_le_pos; [exact L_nonneg | left; apply Rinv_0_lt_compat; lra]. }
    pose proof (Rmult_le_compat_l _ _ _ Q energy) as En.
    replace (L / (2 * alpha) * (V * qmax ^ 2)) with (1 / 2 * L * V * / alpha * qmax ^ 2) in En by (field; lra).
    rewrite x_is, p_is, (inner_sym n v).
    match type of T with ?premise -> _ => assert (D : premise) end.
    { intros h Th. rewrite <- (Now h Th), <- (Next h Th). apply (granular_seen (F_k h) (v_k h) (n_k h) (zeta_k h));
      auto.
      intros y. rewrite F_at by exact Th. symmetry. apply (inner_scal r (unit h) y). }
    specialize (T D). lra.
  Qed.
End telescope.

(** * What is left *)

(** granularity.rounding *)
Lemma compare_granularity_rounding (N dw frac m : R) :
  0 < dw ->
  0 <= N ->
  0 <= frac ->
  frac <= 1 ->
  m = (dw * (N + frac)) ->
  (((N * (1 + ((-1) * frac))) + (frac * (1 + N))) = (m * (/ dw))) /\ (((frac * (1 + N + ((-1) * m * (/ dw))) ^ 2) +
    ((N + ((-1) * m * (/ dw))) ^ 2 * (1 + ((-1) * frac)))) = (frac * (1 + ((-1) * frac)))) /\ ((frac * (1 + ((-1) *
    frac))) <= (1 / 4)) /\ ((frac * (1 + ((-1) * frac))) <= (m * (/ dw))).
Proof.
  intros P0 P1 P2 P3 P4.
  destruct (rounding_moments N frac dw m P0 P1 (conj P2 P3) P4) as (M & V & A & B). unfold Rdiv in M, V, B.
  split; [rewrite <- M; ring|]. split; [|split; lra].
  replace (1 + N + -1 * m * / dw) with (N + 1 - m * / dw) by ring.
  replace (N + -1 * m * / dw) with (N - m * / dw) by ring. lra.
Qed.

(** granularity.start *)
Lemma compare_granularity_start (Delta G K L R_ V alpha cycle dw gain p qmax size sqrt_size : R) :
  0 < alpha ->
  0 < gain ->
  0 < K ->
  0 <= L ->
  0 <= dw ->
  0 <= size ->
  0 <= sqrt_size ->
  sqrt_size ^ 2 = size ->
  V <= (R_ * alpha * dw * sqrt_size * (1 + cycle ^ 2)) ->
  p = ((Delta * (/ K) * (/ alpha) * (/ gain)) + ((1 / 2) * L * V * (/ alpha) * (/ gain) * qmax ^ 2)) ->
  G = (L * dw * sqrt_size * (/ gain) * qmax ^ 2 * (1 + cycle ^ 2)) ->
  (2 * p) <= ((G * R_) + (2 * Delta * (/ K) * (/ alpha) * (/ gain))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10.
  pose proof (granular_start Delta K L V qmax (alpha * gain) dw sqrt_size cycle gain alpha R_ P0 P1 P3 eq_refl
    ltac:(lra)) as B.
  rewrite P9, P10. replace (2 * Delta * / K * / alpha * / gain) with (2 * (Delta / (alpha * gain * K))) by (field; lra).
  replace (2 * (Delta * / K * / alpha * / gain + 1 / 2 * L * V * / alpha * / gain * qmax ^ 2))
    with (2 * (Delta / (alpha * gain * K) + L * qmax ^ 2 * V / (2 * (alpha * gain)))) by (field; lra).
  unfold Rdiv in *. lra.
Qed.

(** granularity.floor *)
Lemma compare_granularity_floor (A G R_ S_ Y a base h p r rho sigma start x : R) :
  0 <= rho ->
  0 <= sigma ->
  0 <= p ->
  0 <= x ->
  0 <= A ->
  0 <= Y ->
  a ^ 2 <= Y ^ 2 ->
  0 <= r ->
  r ^ 2 = A ->
  0 <= R_ ->
  R_ ^ 2 = (A + sigma ^ 2) ->
  0 <= S_ ->
  S_ ^ 2 = (Y ^ 2 + ((-1) * a ^ 2)) ->
  0 <= G ->
  0 <= start ->
  x < 1 ->
  rho < 1 ->
  (2 * p) <= (start + (G * R_)) ->
  (A + Y ^ 2 + ((-2) * a * r)) <= (R_ ^ 2 * rho ^ 2) ->
  (a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * x * sigma ^ 2) + (S_ * sigma * x)) ->
  base = (start + (x * sigma ^ 2) + (sigma ^ 2 * x ^ 2 * (/ (1 + ((-1) * x))))) ->
  0 <= h ->
  h ^ 2 = (((1 / 4) * G ^ 2) + ((1 + ((-1) * rho ^ 2)) * (base + sigma ^ 2))) ->
  (A <= (((-1) * sigma ^ 2) + ((/ (1 + ((-1) * rho ^ 2)) ^ 2) * (h + ((1 / 2) * G)) ^ 2))) /\ ((A * (1 + ((-1) * rho ^
    2))) <= (base + (rho ^ 2 * sigma ^ 2) + (G * (/ (1 + ((-1) * rho ^ 2))) * (h + ((1 / 2) * G))))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 P20 P21 P22.
  assert (F : feasible p x sigma rho 0 0 A Y a).
  { apply (point p x sigma rho 0 0 A Y a r R_ S_); try assumption.
    replace (0 + R_ * rho + Y * 0) with (R_ * rho) by ring. rewrite Rpow_mult_distr. exact P18. }
  assert (Ra : radius sigma A = R_) by (apply root_is; assumption).
  assert (P : 0 < 1 + -1 * rho ^ 2) by nra.
  pose proof (granular_floor p x sigma rho A Y a G start P1 (conj P3 P15) (conj P0 P16) P4 P13 P14) as B.
  rewrite Ra in B. destruct (B P17 F) as [Up Low]. clear B.
  assert (Hh : sqrt (G ^ 2 / 4 + (1 - rho ^ 2) * (start + x * sigma ^ 2 + x ^ 2 * sigma ^ 2 / (1 - x) + sigma ^ 2)) =
    h).
  { apply root_is; [exact P21|]. rewrite P22, P20. unfold Rdiv. replace (1 + -1 * x) with (1 - x) by ring. ring. }
  rewrite Hh in Up. replace (start + x * sigma ^ 2 + x ^ 2 * sigma ^ 2 / (1 - x)) with base in Low
    by (rewrite P20; unfold Rdiv; replace (1 + -1 * x) with (1 - x) by ring; ring).
  assert (Le : R_ <= / (1 + -1 * rho ^ 2) * (h + 1 / 2 * G)).
  { apply Rmult_le_reg_l with (1 + -1 * rho ^ 2); [exact P|]. rewrite <- Rmult_assoc, Rinv_r by lra. lra. }
  split.
  - assert (Sq : R_ ^ 2 <= (/ (1 + -1 * rho ^ 2) * (h + 1 / 2 * G)) ^ 2) by (apply pow_incr; lra).
    rewrite Rpow_mult_distr, pow_inv in Sq. lra.
  - pose proof (Rmult_le_compat_l G _ _ P13 Le). lra.
Qed.

(** granularity.best_step *)
Lemma compare_granularity_best_step (Delta K L alpha alpha_best cost dw h qmax sigma size : R) :
  0 < alpha ->
  0 < K ->
  0 < L ->
  0 < sigma ->
  0 < Delta ->
  0 <= size ->
  cost = ((1 / 4) * L * size * dw ^ 2 * qmax ^ 2) ->
  0 <= h ->
  h ^ 2 = (L * (cost + (2 * Delta * (/ K)))) ->
  alpha_best = (h * (/ L) * (/ sigma)) ->
  0 < h ->
  (((L * alpha * sigma ^ 2) + (2 * Delta * (/ K) * (/ alpha)) + ((1 / 4) * L * size * (/ alpha) * dw ^ 2 * qmax ^ 2))
    = (((/ alpha) * (cost + (2 * Delta * (/ K)))) + (L * alpha * sigma ^ 2))) /\ ((2 * h * sigma) <= (((/ alpha) *
    (cost + (2 * Delta * (/ K)))) + (L * alpha * sigma ^ 2))) /\ ((((/ alpha_best) * (cost + (2 * Delta * (/ K)))) +
    (L * alpha_best * sigma ^ 2)) = (2 * h * sigma)).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10.
  assert (Start : 0 < cost + 2 * Delta * / K).
  { assert (0 <= cost) by (rewrite P6; pose proof (Rmult_le_pos _ _ (Rmult_le_pos _ _ (Rlt_le _ _ P2) P5) (pow2_ge_0
    (dw * qmax))); lra).
    assert (0 < 2 * Delta * / K) by (apply Rmult_lt_0_compat; [lra | now apply Rinv_0_lt_compat]). lra. }
  pose proof (granular_best_step (cost + 2 * Delta * / K) L sigma alpha Start P2 P3 P0) as B.
  assert (Hh : sqrt ((cost + 2 * Delta * / K) * L) = h) by (apply root_is; [exact P7 | rewrite P8; ring]).
  rewrite Hh in B. destruct B as [Least At].
  split; [rewrite P6; field; lra|]. split; [unfold Rdiv in Least; lra|].
  replace (h / (L * sigma)) with alpha_best in At by (rewrite P9; field; lra). unfold Rdiv in At. lra.
Qed.
