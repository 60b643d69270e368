(** The claims about any device, as Compare.v has those of algebra and geometry: one number per device, the point of
    rest, what keeps weights inside. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Device Floor LogRatio ResponseFloor Box Compare.
Local Open Scope R_scope.

(** A sign is 1 or -1. *)
Lemma sign_cases s : s ^ 2 = 1 -> s = 1 \/ s = -1.
Proof. intros E. assert (Z : (s - 1) * (s + 1) = 0) by (ring_simplify; lra). apply Rmult_integral in Z. lra. Qed.

(** An increment of size m and sign s meets the response of its sign. *)
Lemma update_seen q_plus q_minus w m s : s ^ 2 = 1 -> 0 <= m ->
  update (fun _ => q_plus) (fun _ => q_minus) w (m * s)
  = w + m * s * (q_minus * (1 / 2 + -1 / 2 * s) + q_plus * (1 / 2 + 1 / 2 * s)).
Proof.
  intros E M. unfold update. destruct (sign_cases s E) as [-> | ->].
  - destruct (Rle_dec 0 (m * 1)); [field | lra].
  - destruct (Rle_dec 0 (m * -1)); [|field]. assert (m = 0) by lra. subst m. field.
Qed.

(** How the claims write gamma, gain and floor. *)
Lemma gamma_seen least most : / (most + least) * (most + (-1) * least) = gamma_of least most.
Proof. unfold gamma_of, Rdiv. ring. Qed.

Lemma gain_seen least most : 1 / 2 * most + 1 / 2 * least = gain_of least most.
Proof. unfold gain_of. field. Qed.

Lemma floor_seen least most sigma : 0 < least -> 0 < most ->
  1 / 4 * / most * / least * sigma ^ 2 * (most + (-1) * least) ^ 2 = floor (gamma_of least most) sigma.
Proof. intros L M. rewrite (proj2 (floor_is_sinh least most L M sigma)). field. lra. Qed.

(** response.distortion *)
Lemma compare_response_distortion (after gain gamma m q_minus q_plus qmax qmin s w : R) :
  s ^ 2 = 1 ->
  0 <= m ->
  qmin <= q_plus ->
  q_plus <= qmax ->
  qmin <= q_minus ->
  q_minus <= qmax ->
  (gain * (1 + ((-1) * gamma))) <= qmin ->
  qmax <= (gain * (1 + gamma)) ->
  after = (w + (m * s * ((q_minus * ((1 / 2) + ((-1 / 2) * s))) + (q_plus * ((1 / 2) + ((1 / 2) * s)))))) ->
  ((after + ((-1) * w) + ((-1) * gain * m * s)) <= (gain * gamma * m)) /\ (((-1) * gain * gamma * m) <= (after + ((-1)
    * w) + ((-1) * gain * m * s))) /\ ((after + ((-1) * w) + ((-1) * gain * m * s)) ^ 2 <= (gain ^ 2 * gamma ^ 2 * m ^
    2 * s ^ 2)).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8.
  pose proof (near_responds (fun _ => q_plus) (fun _ => q_minus) gain gamma qmin qmax w (m * s) ltac:(lra) ltac:(lra)
    (conj P2 P3) (conj P4 P5)) as D.
  unfold responds in D. rewrite (update_seen q_plus q_minus w m s P0 P1), <- P8, (absolute m s P0 P1) in D.
  replace (after - (w + gain * (m * s))) with (after + -1 * w + -1 * gain * m * s) in D by ring.
  destruct (abs_both _ _ D). apply square_le in D.
  replace (gain ^ 2 * gamma ^ 2 * m ^ 2 * s ^ 2) with ((gamma * (gain * m)) ^ 2 * s ^ 2) by ring. rewrite P0.
  repeat split; lra.
Qed.

(** response.best *)
Lemma compare_response_best (gain gamma qmax qmin : R) :
  0 < qmin ->
  qmin <= qmax ->
  0 < gain ->
  (gain * (1 + ((-1) * gamma))) <= qmin ->
  qmax <= (gain * (1 + gamma)) ->
  (((1 + ((-1) * (/ (qmax + qmin)) * (qmax + ((-1) * qmin)))) * (((1 / 2) * qmax) + ((1 / 2) * qmin))) = qmin) /\ (((1
    + ((/ (qmax + qmin)) * (qmax + ((-1) * qmin)))) * (((1 / 2) * qmax) + ((1 / 2) * qmin))) = qmax) /\ (0 <= ((/
    (qmax + qmin)) * (qmax + ((-1) * qmin)))) /\ (((/ (qmax + qmin)) * (qmax + ((-1) * qmin))) < 1) /\ (((1 + ((/
    (qmax + qmin)) * (qmax + ((-1) * qmin)))) * (((1 / 2) * qmax) + ((1 / 2) * qmin) + ((-1) * gain))) <= (gain *
    (gamma + ((-1) * (/ (qmax + qmin)) * (qmax + ((-1) * qmin)))))) /\ (((1 + ((-1) * (/ (qmax + qmin)) * (qmax +
    ((-1) * qmin)))) * (gain + ((-1 / 2) * qmax) + ((-1 / 2) * qmin))) <= (gain * (gamma + ((-1) * (/ (qmax + qmin)) *
    (qmax + ((-1) * qmin)))))) /\ (((/ (qmax + qmin)) * (qmax + ((-1) * qmin))) <= gamma) /\ ((qmax * (1 + ((-1) *
    gamma))) <= (qmin * (1 + gamma))).
Proof.
  intros P0 P1 P2 P3 P4.
  destruct (best_gain qmin qmax P0 ltac:(lra) gain gamma P1 P2 ltac:(lra) ltac:(lra)) as ((M0 & M1) & (E0 & E1) & B &
    Q).
  pose proof (gamma_range qmin qmax P0 ltac:(lra) P1) as G.
  unfold gamma_of, gain_of, Rdiv in *. repeat split; lra.
Qed.

(** response.floor *)
Lemma compare_response_floor (e_l qmax qmin sigma : R) :
  0 < qmin ->
  qmin <= qmax ->
  0 <= e_l ->
  e_l ^ 2 = (qmax * (/ qmin)) ->
  0 < e_l ->
  ((sigma ^ 2 * (/ (1 + ((-1) * (/ (qmax + qmin) ^ 2) * (qmax + ((-1) * qmin)) ^ 2))) * (/ (qmax + qmin) ^ 2) * (qmax
    + ((-1) * qmin)) ^ 2) = ((1 / 4) * (/ qmax) * (/ qmin) * sigma ^ 2 * (qmax + ((-1) * qmin)) ^ 2)) /\ (((/ (qmax +
    qmin)) * (qmax + ((-1) * qmin))) = ((/ (e_l + (/ e_l))) * (e_l + ((-1) * (/ e_l))))) /\ ((sigma ^ 2 * (/ (1 +
    ((-1) * (/ (qmax + qmin) ^ 2) * (qmax + ((-1) * qmin)) ^ 2))) * (/ (qmax + qmin) ^ 2) * (qmax + ((-1) * qmin)) ^
    2) = (sigma ^ 2 * (((1 / 2) * e_l) + ((-1 / 2) * (/ e_l))) ^ 2)).
Proof.
  intros P0 P1 P2 P3 P4.
  assert (Qm : 0 < qmax) by lra.
  destruct (floor_is_sinh qmin qmax P0 Qm sigma) as [Sh Fl].
  pose proof (gamma_is_tanh qmin qmax P0 Qm) as Ta.
  assert (El : exp (log_ratio qmin qmax) = e_l).
  { pose proof (log_ratio_exp qmin qmax P0 Qm) as E. rewrite <- (root_is e_l _ P2 eq_refl), P3.
    symmetry. apply root_is; [left; apply exp_pos | exact E]. }
  unfold sinh in Sh. unfold tanh, sinh, cosh in Ta. rewrite exp_Ropp, El in Sh, Ta.
  assert (Le : sigma ^ 2 * / (1 + -1 * / (qmax + qmin) ^ 2 * (qmax + -1 * qmin) ^ 2) * / (qmax + qmin) ^ 2
    * (qmax + -1 * qmin) ^ 2 = floor (gamma_of qmin qmax) sigma).
  { unfold floor, gamma_of. field. repeat split; nra. }
  rewrite Le, gamma_seen. split; [|split].
  - rewrite Fl. field. lra.
  - rewrite Ta. field. split; nra.
  - rewrite Sh. f_equal. f_equal. field. lra.
Qed.

(** response.additive *)
Lemma compare_response_additive (gamma_1 gamma_12 gamma_2 qmax_1 qmax_2 qmin_1 qmin_2 : R) :
  0 <= gamma_1 ->
  gamma_1 < 1 ->
  0 <= gamma_2 ->
  gamma_2 < 1 ->
  0 < qmin_1 ->
  0 < qmin_2 ->
  0 < qmax_1 ->
  0 < qmax_2 ->
  ((((1 + gamma_12) * (1 + ((-1) * gamma_1)) * (1 + ((-1) * gamma_2))) + ((-1) * (1 + gamma_1) * (1 + gamma_2) * (1 +
    ((-1) * gamma_12)))) = ((2 + (2 * gamma_1 * gamma_2)) * (gamma_12 + ((-1) * (/ (1 + (gamma_1 * gamma_2))) *
    (gamma_1 + gamma_2))))) /\ (((/ (1 + (gamma_1 * gamma_2))) * (gamma_1 + gamma_2)) < 1) /\ (gamma_1 <= ((/ (1 +
    (gamma_1 * gamma_2))) * (gamma_1 + gamma_2))) /\ (((/ ((qmax_1 * qmax_2) + (qmin_1 * qmin_2))) * ((qmax_1 *
    qmax_2) + ((-1) * qmin_1 * qmin_2))) = ((/ (1 + ((/ (qmax_1 + qmin_1)) * (/ (qmax_2 + qmin_2)) * (qmax_1 + ((-1) *
    qmin_1)) * (qmax_2 + ((-1) * qmin_2))))) * (((/ (qmax_1 + qmin_1)) * (qmax_1 + ((-1) * qmin_1))) + ((/ (qmax_2 +
    qmin_2)) * (qmax_2 + ((-1) * qmin_2)))))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7.
  assert (D : 0 < 1 + gamma_1 * gamma_2) by nra.
  assert (S : / (1 + gamma_1 * gamma_2) * (gamma_1 + gamma_2) = gamma_of ((1 - gamma_1) * (1 - gamma_2))
    ((1 + gamma_1) * (1 + gamma_2))) by (unfold gamma_of; field; split; nra).
  rewrite !gamma_seen. rewrite S.
  destruct (gamma_adds (1 - gamma_1) (1 + gamma_1) (1 - gamma_2) (1 + gamma_2)) as (A & B & C); try lra.
  destruct (gamma_adds qmin_1 qmax_1 qmin_2 qmax_2) as (A' & _); try assumption.
  repeat split.
  - unfold gamma_of. field. nra.
  - exact B.
  - apply Rle_trans with (gamma_of (1 - gamma_1) (1 + gamma_1)); [right; unfold gamma_of; field; lra | apply C; lra].
  - replace (-1 * qmin_1 * qmin_2) with (-1 * (qmin_1 * qmin_2)) by ring. rewrite gamma_seen, A'.
    unfold Rdiv at 1. rewrite Rmult_comm. f_equal. f_equal. unfold gamma_of, Rdiv. ring.
Qed.

(** response.attained *)
Lemma compare_response_attained (L q_middle q_minus q_plus qmax qmin sigma size slope slope_minus slope_plus up w_0
  w_star : R) :
  0 < sigma ->
  0 < L ->
  0 < q_plus ->
  0 < q_minus ->
  0 < qmin ->
  qmin <= qmax ->
  (q_minus + q_plus) = (qmax + qmin) ->
  (q_minus * q_plus) = (qmax * qmin) ->
  0 <= slope_minus ->
  slope_plus <= 0 ->
  0 <= q_middle ->
  q_middle ^ 2 = (q_minus * q_plus) ->
  0 < q_middle ->
  slope = ((-1 / 2) * sigma * (/ q_middle) * (q_minus + ((-1) * q_plus))) ->
  size = ((1 / 2) * sigma * (/ q_middle) * (q_minus + q_plus)) ->
  up = (q_plus * (/ (q_minus + q_plus))) ->
  w_star = (w_0 + ((-1) * slope * (/ L))) ->
  ((L * (w_0 + ((-1) * w_star))) = slope) /\ (((size * up) + ((-1) * size * (1 + ((-1) * up)))) = slope) /\ ((size ^ 2
    + ((-1) * slope ^ 2)) = sigma ^ 2) /\ (0 <= up) /\ (up <= 1) /\ (((q_plus * size * (1 + ((-1) * up))) + ((-1) *
    q_minus * size * up)) = 0) /\ (slope ^ 2 = ((1 / 4) * (/ qmax) * (/ qmin) * sigma ^ 2 * (qmax + ((-1) * qmin)) ^
    2)) /\ (((L * (((1 / 2) * q_minus) + ((1 / 2) * q_plus))) + (size * (((1 / 2) * slope_minus) + ((-1 / 2) *
    slope_plus))) + (slope * (((1 / 2) * slope_minus) + ((1 / 2) * slope_plus))) + (L * slope * (/ size) * (((1 / 2) *
    q_minus) + ((-1 / 2) * q_plus)))) = ((L * (1 + ((-1) * (/ (q_minus + q_plus) ^ 2) * (q_minus + ((-1) * q_plus)) ^
    2)) * (((1 / 2) * q_minus) + ((1 / 2) * q_plus))) + (size * (/ (q_minus + q_plus) ^ 2) * (((1 / 2) * q_minus) +
    ((1 / 2) * q_plus)) * (((-2) * q_minus * slope_plus) + (2 * q_plus * slope_minus))))) /\ (0 < ((L * (1 + ((-1) *
    (/ (q_minus + q_plus) ^ 2) * (q_minus + ((-1) * q_plus)) ^ 2)) * (((1 / 2) * q_minus) + ((1 / 2) * q_plus))) +
    (size * (/ (q_minus + q_plus) ^ 2) * (((1 / 2) * q_minus) + ((1 / 2) * q_plus)) * (((-2) * q_minus * slope_plus) +
    (2 * q_plus * slope_minus))))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16.
  pose proof (attained_by_the_extremes (fun _ => q_plus) (fun _ => q_minus) w_0 L sigma 1 P1 P0 Rle_0_1 P2 P3 qmin qmax
    P4 P5 P6 P7) as (Rest & Floor_ & _).
  assert (Mid : sqrt (q_plus * q_minus) = q_middle) by (apply root_is; [exact P10 | rewrite P11; ring]).
  assert (Sl : rest_slope (fun _ => q_plus) (fun _ => q_minus) w_0 sigma = slope).
  { unfold rest_slope. rewrite Mid, P13. field. lra. }
  assert (St : rest_star (fun _ => q_plus) (fun _ => q_minus) w_0 L sigma = w_star).
  { unfold rest_star. rewrite Sl, P16. unfold Rdiv. ring. }
  assert (There : L * (w_0 - w_star) = slope) by (rewrite P16; field; lra).
  rewrite St, There in Floor_.
  assert (Am : amplitude sigma slope = size).
  { rewrite <- Sl, (amplitude_there (fun _ => q_plus) (fun _ => q_minus) w_0 sigma P0 P2 P3), Mid, P14. field. lra. }
  assert (Ps : 0 < size) by (rewrite <- Am; now apply amplitude_pos).
  assert (Ratio : slope = - gamma_of q_plus q_minus * size) by (rewrite P13, P14; unfold gamma_of; field; lra).
  assert (Ch : plus_chance sigma slope = up).
  { unfold plus_chance. rewrite Am, P15, Ratio. unfold gamma_of. field. lra. }
  pose proof (oracle_unbiased sigma P0 slope) as Un. pose proof (oracle_is_a_probability sigma P0 slope) as Pr.
  pose proof (amplitude_sq sigma slope) as Sq. unfold two_point in Un. rewrite Ch, Am in Un. rewrite Ch in Pr.
  rewrite Am in Sq.
  pose proof (stable_sign (fun _ => q_plus) (fun _ => q_minus) w_0 L sigma P1 P0 P2 P3 slope_minus slope_plus P8 P9) as
    Stable.
  rewrite St, There, Am in Stable. unfold local_gamma, local_change, gain_of, gamma_of in Stable.
  pose proof (mean_next_is (fun _ => q_plus) (fun _ => q_minus) w_0 L sigma 1 P0 Rle_0_1 w_0) as Next.
  rewrite Rest, St, There, Am in Next. clear Rest.
  assert (Moved : q_plus * size * (1 + -1 * up) + -1 * q_minus * size * up = 0).
  { rewrite <- Ch. unfold plus_chance. rewrite Am.
    replace (q_plus * size * (1 + -1 * ((1 + slope / size) / 2)) + -1 * q_minus * size * ((1 + slope / size) / 2))
      with (- ((q_minus + q_plus) / 2 * slope + (q_minus - q_plus) / 2 * size)) by (field; lra). lra. }
  unfold floor, gamma_of in Floor_. repeat split; try lra.
  - rewrite Floor_. field. repeat split; nra.
  - rewrite Ratio. unfold gamma_of. field. lra.
  - match goal with |- 0 < ?x => match type of Stable with 0 < ?y => replace x with y by (field; lra) end end.
    exact Stable.
Qed.

(** device.box_general *)
Lemma compare_device_box_general (C m q_minus q_plus s tau w : R) :
  s ^ 2 = 1 ->
  0 <= m ->
  0 <= q_plus ->
  0 <= q_minus ->
  0 < tau ->
  (C * m) <= tau ->
  w <= tau ->
  ((-1) * tau) <= w ->
  q_plus <= (C * (1 + ((-1) * w * (/ tau)))) ->
  q_minus <= (C * (1 + (w * (/ tau)))) ->
  ((w + (m * s * ((q_minus * ((1 / 2) + ((-1 / 2) * s))) + (q_plus * ((1 / 2) + ((1 / 2) * s)))))) <= tau) /\ (((-1) *
    tau) <= (w + (m * s * ((q_minus * ((1 / 2) + ((-1 / 2) * s))) + (q_plus * ((1 / 2) + ((1 / 2) * s))))))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9.
  pose proof (in_box tau P4 w ltac:(apply Rabs_le; lra)) as (_ & Top & Bottom).
  pose proof (box_step tau C P4 q_plus q_minus w (m * s)) as B.
  rewrite (update_seen q_plus q_minus w m s P0 P1), (absolute m s P0 P1) in B. unfold Rdiv in B.
  specialize (B ltac:(lra) ltac:(lra) ltac:(apply Rabs_le; lra) P5). apply abs_both in B. destruct B. split; lra.
Qed.

(** device.inward_general *)
Lemma compare_device_inward_general (edge m q_minus q_near q_plus q_top reached right s side top w : R) :
  s ^ 2 = 1 ->
  0 <= m ->
  0 <= q_plus ->
  0 <= q_minus ->
  0 <= edge ->
  m <= reached ->
  w <= top ->
  0 <= q_near ->
  q_plus <= q_top ->
  (edge + (q_near * reached)) <= top ->
  (q_top * reached) <= top ->
  side ^ 2 = 1 ->
  0 <= ((1 + side) * (w + ((-1) * edge))) ->
  ((1 + ((-1) * side)) * (w + ((-1) * edge))) <= 0 ->
  right ^ 2 = 1 ->
  0 <= (w * (1 + right)) ->
  (w * (1 + ((-1) * right))) <= 0 ->
  0 <= ((1 + right) * (1 + ((-1) * side)) * (q_near + ((-1) * q_plus))) ->
  0 <= (s * (1 + side)) ->
  (w + ((-1) * m * s * ((q_minus * ((1 / 2) + ((1 / 2) * s))) + (q_plus * ((1 / 2) + ((-1 / 2) * s)))))) <= top.
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18.
  assert (Sq : (- s) ^ 2 = 1) by (rewrite <- P0; ring).
  pose proof (inward_step_general (fun _ => q_plus) (fun _ => q_minus) edge reached q_near q_top top w (m * - s) P4)
    as B.
  rewrite (update_seen q_plus q_minus w m (- s) Sq P1), (absolute m (- s) Sq P1) in B.
  specialize (B P5 P7 (conj P2 P8) P3 P6 ltac:(lra) ltac:(lra)).
  enough (Where : edge <= w /\ m * - s <= 0 \/ 0 <= w <= edge /\ q_plus <= q_near \/ w <= 0) by
    (specialize (B Where); lra).
  destruct (sign_cases side P11) as [-> | ->]; [left; split; nra|].
  right. destruct (sign_cases right P14) as [-> | ->]; [left; repeat split; lra | right; lra].
Qed.


(** * The point of rest *)

Section rest.
  Variables (Smp : sampler) (Len : nat).
  Variable F : R.
  Variable T : history -> R.
  Variable alpha : R.
  Variables g m : history -> R.
  Variables mean_T mean_m mean_square q_minus q_plus : R.
  Variable s : history -> R.
  Variable sigma : R.
  Variable square_m : history -> R.
  Hypothesis some : (0 < Len)%nat.
  Hypothesis F_is : F = average Smp Len (fun h => g h).
  Hypothesis mean_m_is : mean_m = average Smp Len (fun h => m h).
  Hypothesis mean_square_is : mean_square = average Smp Len (fun h => square_m h).
  Hypothesis mean_T_is : mean_T = average Smp Len (fun h => T h).
  Hypothesis sign : forall h, taken Smp Len h -> s h ^ 2 = 1.
  Hypothesis size : forall h, taken Smp Len h -> 0 <= m h.
  Hypothesis plus_pos : 0 < q_plus.
  Hypothesis minus_pos : 0 < q_minus.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis g_is : forall h, taken Smp Len h -> g h = m h * s h.
  Hypothesis square_is : forall h, taken Smp Len h -> square_m h = m h ^ 2.
  Hypothesis T_is : forall h, taken Smp Len h -> T h = (-1) * alpha * m h * s h
    * (q_minus * (1 / 2 + 1 / 2 * s h) + q_plus * (1 / 2 + -1 / 2 * s h)).
  Hypothesis variance : mean_square <= F ^ 2 + sigma ^ 2.

  Let up (_ : R) := q_plus.
  Let down (_ : R) := q_minus.
  Let E := average Smp Len.

  Let total : E (fun _ => 1) = 1.
  Proof. exact (average_const Smp Len 1 some). Qed.

  Let variance_seen : E (fun h => g h ^ 2) <= E g ^ 2 + sigma ^ 2.
  Proof.
    change (E g) with (average Smp Len (fun h => g h)). rewrite <- F_is. apply Rle_trans with (2 := variance).
    rewrite mean_square_is. right. apply apply_ext. intros h Th. rewrite square_is, g_is by exact Th.
    rewrite Rpow_mult_distr, (sign h Th). ring.
  Qed.

  Let length_seen : E (fun h => Rabs (g h)) = mean_m.
  Proof. rewrite mean_m_is. apply apply_ext. intros h Th. rewrite g_is by exact Th. now apply absolute; auto. Qed.

  Let step_seen : E (fun h => update up down 0 (- alpha * g h) - 0) = mean_T.
  Proof.
    rewrite mean_T_is. apply apply_ext. intros h Th. rewrite g_is, T_is by exact Th.
    assert (Sq : (- s h) ^ 2 = 1) by (rewrite <- (sign h Th); ring).
    replace (- alpha * (m h * s h)) with (alpha * m h * - s h) by ring. unfold up, down.
    rewrite update_seen; [field | exact Sq | apply Rmult_le_pos; [lra | now apply size]].
  Qed.

  Let mean_seen : E g = F.
  Proof. now rewrite F_is. Qed.

  Lemma compare_response_mean_step :
    (mean_T = (-1) * alpha * (F + mean_m * / (q_minus + q_plus) * (q_minus + (-1) * q_plus))
      * (1 / 2 * q_minus + 1 / 2 * q_plus)) /\ mean_m ^ 2 <= F ^ 2 + sigma ^ 2.
  Proof using All.
    destruct (mean_step E total up down 0 alpha sigma g plus_pos minus_pos alpha_pos variance_seen) as [S B].
    rewrite step_seen, length_seen, mean_seen in S. rewrite length_seen, mean_seen in B. split; [|exact B].
    rewrite S. unfold local_gamma, gain_of, gamma_of, up, down, Rdiv. field. lra.
  Qed.

  Section at_rest.
    Hypothesis rest : mean_T = 0.

    Lemma compare_response_local :
      (F = (-1) * mean_m * / (q_minus + q_plus) * (q_minus + (-1) * q_plus)) /\
      (F ^ 2 <= sigma ^ 2 * / (1 + (-1) * / (q_minus + q_plus) ^ 2 * (q_minus + (-1) * q_plus) ^ 2)
        * / (q_minus + q_plus) ^ 2 * (q_minus + (-1) * q_plus) ^ 2) /\
      (F ^ 2 <= 1 / 4 * / q_minus * / q_plus * sigma ^ 2 * (q_minus + (-1) * q_plus) ^ 2).
    Proof using All.
      destruct (gradient_at_rest E total up down 0 alpha sigma g plus_pos minus_pos alpha_pos variance_seen) as [S B];
        [now rewrite step_seen|].
      rewrite length_seen, mean_seen in S. rewrite mean_seen in B. unfold local_gamma, up, down in S, B.
      rewrite <- floor_seen in B by assumption.
      assert (Le : sigma ^ 2 * / (1 + -1 * / (q_minus + q_plus) ^ 2 * (q_minus + -1 * q_plus) ^ 2)
        * / (q_minus + q_plus) ^ 2 * (q_minus + -1 * q_plus) ^ 2
        = 1 / 4 * / q_minus * / q_plus * sigma ^ 2 * (q_minus + -1 * q_plus) ^ 2) by (field; repeat split; nra).
      rewrite Le. repeat split; try exact B. rewrite S. unfold gamma_of, Rdiv. ring.
    Qed.
  End at_rest.
End rest.
