(** The claims about the families of devices: extremes, gamma, gain and floor in closed form; re-centring. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Device Floor LogRatio Families Recentre Compare CompareDevices.
Local Open Scope R_scope.

(** In closed form: gain, gamma and floor, in the order of the claims. *)
Lemma closed_forms least most gamma gain sigma : 0 < least -> 0 < most ->
  gamma_of least most = gamma -> gain_of least most = gain ->
  1 / 2 * most + 1 / 2 * least = gain /\ / (most + least) * (most + (-1) * least) = gamma /\
  1 / 4 * / most * / least * sigma ^ 2 * (most + (-1) * least) ^ 2 = floor gamma sigma.
Proof.
  intros L M <- <-. split; [apply gain_seen|]. split; [apply gamma_seen | now apply floor_seen].
Qed.

Lemma floor_of_parts a b sigma : a <> 0 -> a ^ 2 - b ^ 2 <> 0 ->
  floor (/ a * b) sigma = sigma ^ 2 * / (1 + (-1) * / a ^ 2 * b ^ 2) * / a ^ 2 * b ^ 2.
Proof. intros A B. unfold floor. field. repeat split; try assumption; intros Z; apply B; lra. Qed.

(** response.linear *)
Lemma compare_response_linear (h q_minus q_plus qmax qmin sigma tau w : R) :
  0 < tau ->
  0 <= h ->
  h < 1 ->
  w <= (h * tau) ->
  ((-1) * h * tau) <= w ->
  q_plus = (1 + ((-1) * w * (/ tau))) ->
  q_minus = (1 + (w * (/ tau))) ->
  qmin = (1 + ((-1) * h)) ->
  qmax = (1 + h) ->
  (qmin <= q_plus) /\ (q_plus <= qmax) /\ (qmin <= q_minus) /\ (q_minus <= qmax) /\ ((((1 / 2) * qmax) + ((1 / 2) *
    qmin)) = 1) /\ (((/ (qmax + qmin)) * (qmax + ((-1) * qmin))) = h) /\ (((1 / 4) * (/ qmax) * (/ qmin) * sigma ^ 2 *
    (qmax + ((-1) * qmin)) ^ 2) = (h ^ 2 * sigma ^ 2 * (/ (1 + ((-1) * h ^ 2))))) /\ (((/ (q_minus + q_plus)) *
    (q_minus + ((-1) * q_plus))) = (w * (/ tau))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8.
  destruct (linear_family tau h w P0 P1 ltac:(apply Rabs_le; lra)) as ((U & L) & G & F).
  destruct (closed_forms (1 - h) (1 + h) h 1 sigma ltac:(lra) ltac:(lra) G F) as (A & B & C).
  unfold Device.up, Device.down, Rdiv in U, L.
  replace qmin with (1 - h) by (rewrite P7; ring). rewrite P5, P6, P8. repeat split; try lra.
  - rewrite C. unfold floor. replace (1 + -1 * h ^ 2) with (1 - h ^ 2) by ring. field. nra.
  - field. lra.
Qed.

(** response.power *)
Lemma compare_response_power (P P_down P_up Q Q_down Q_up q_minus q_plus qmax qmin sigma : R) :
  0 < Q ->
  Q <= Q_up ->
  Q_up <= q_plus ->
  q_plus <= P_up ->
  P_up <= P ->
  Q <= Q_down ->
  Q_down <= q_minus ->
  q_minus <= P_down ->
  P_down <= P ->
  qmin = Q ->
  qmax = P ->
  (qmin <= q_plus) /\ (q_plus <= qmax) /\ (qmin <= q_minus) /\ (q_minus <= qmax) /\ ((((1 / 2) * qmax) + ((1 / 2) *
    qmin)) = (((1 / 2) * P) + ((1 / 2) * Q))) /\ (((/ (qmax + qmin)) * (qmax + ((-1) * qmin))) = ((/ (P + Q)) * (P +
    ((-1) * Q)))) /\ (((1 / 4) * (/ qmax) * (/ qmin) * sigma ^ 2 * (qmax + ((-1) * qmin)) ^ 2) = (sigma ^ 2 * (/ (1 +
    ((-1) * (/ (P + Q) ^ 2) * (P + ((-1) * Q)) ^ 2))) * (/ (P + Q) ^ 2) * (P + ((-1) * Q)) ^ 2)) /\ (((/ (1 + ((-1) *
    (/ (P + Q)) * (P + ((-1) * Q))))) * (1 + ((/ (P + Q)) * (P + ((-1) * Q))))) = (P * (/ Q))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10.
  destruct (nested_family Q P Q_up P_up q_plus P0 P1 P2 P3 P4) as [U R].
  destruct (nested_family Q P Q_down P_down q_minus P0 P5 P6 P7 P8) as [L _].
  assert (HP : 0 < P) by lra. subst qmin qmax.
  destruct (closed_forms Q P _ _ sigma P0 HP eq_refl eq_refl) as (A & B & C).
  repeat split; try lra.
  - rewrite C, <- (gamma_seen Q P), floor_of_parts; [ring | lra | nra].
  - unfold gamma_of in R. transitivity ((1 + (P - Q) / (P + Q)) / (1 - (P - Q) / (P + Q))).
    + field. split; lra.
    + rewrite R. reflexivity.
Qed.

(** response.exponential *)
Lemma compare_response_exponential (E E_h E_w q_minus q_plus qmax qmin sigma : R) :
  1 <= E_h ->
  E_h < E ->
  0 < E_w ->
  E_w <= E_h ->
  1 <= (E_h * E_w) ->
  1 < E ->
  0 < E_h ->
  q_plus = ((/ ((-1) + E)) * (E + ((-1) * E_w))) ->
  q_minus = ((/ ((-1) + E)) * (E + ((-1) * (/ E_w)))) ->
  qmin = ((/ ((-1) + E)) * (E + ((-1) * E_h))) ->
  qmax = ((/ ((-1) + E)) * (E + ((-1) * (/ E_h)))) ->
  (qmin <= q_plus) /\ (q_plus <= qmax) /\ (qmin <= q_minus) /\ (q_minus <= qmax) /\ ((((1 / 2) * qmax) + ((1 / 2) *
    qmin)) = ((1 / 2) * (/ ((-1) + E)) * (((-1) * E_h) + ((-1) * (/ E_h)) + (2 * E)))) /\ (((/ (qmax + qmin)) * (qmax
    + ((-1) * qmin))) = ((/ (((-1) * E_h) + ((-1) * (/ E_h)) + (2 * E))) * (E_h + ((-1) * (/ E_h))))) /\ (((1 / 4) *
    (/ qmax) * (/ qmin) * sigma ^ 2 * (qmax + ((-1) * qmin)) ^ 2) = (sigma ^ 2 * (/ (1 + ((-1) * (E_h + ((-1) * (/
    E_h))) ^ 2 * (/ (((-1) * E_h) + ((-1) * (/ E_h)) + (2 * E)) ^ 2)))) * (E_h + ((-1) * (/ E_h))) ^ 2 * (/ (((-1) *
    E_h) + ((-1) * (/ E_h)) + (2 * E)) ^ 2))) /\ (((/ (q_minus + q_plus)) * (q_minus + ((-1) * q_plus))) = ((/ (((-1)
    * E_w) + ((-1) * (/ E_w)) + (2 * E))) * (E_w + ((-1) * (/ E_w))))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10.
  (* the logarithms of the exponentials *)
  set (c := ln E). assert (C : 0 < c) by (unfold c; rewrite <- ln_1; apply ln_increasing; lra).
  set (h := ln E_h / c). set (X := ln E_w / c).
  assert (Ec : exp c = E) by (apply exp_ln; lra).
  assert (Eh : exp (c * h) = E_h) by (unfold h; replace (c * (ln E_h / c)) with (ln E_h) by (field; lra); now apply
    exp_ln).
  assert (Ew : exp (c * X) = E_w) by (unfold X; replace (c * (ln E_w / c)) with (ln E_w) by (field; lra); now apply
    exp_ln).
  assert (Order : forall a b, exp (c * a) <= exp (c * b) -> a <= b).
  { intros a b Q. destruct (Rle_lt_dec a b) as [|N]; [assumption|].
    assert (exp (c * b) < exp (c * a)) by (apply exp_increasing; nra). lra. }
  assert (H0 : 0 <= h) by (apply Order; rewrite Rmult_0_r, exp_0, Eh; exact P0).
  assert (H1 : h < 1).
  { destruct (Rlt_le_dec h 1) as [|N]; [assumption|]. assert (E <= E_h); [|lra]. rewrite <- Ec, <- Eh.
    destruct (Req_dec h 1) as [->|N']; [rewrite Rmult_1_r; lra | left; apply exp_increasing; nra]. }
  assert (X1 : X <= h) by (apply Order; rewrite Ew, Eh; exact P3).
  assert (X0 : - h <= X).
  { apply Order. replace (c * - h) with (- (c * h)) by ring. rewrite exp_Ropp, Eh, Ew.
    apply Rmult_le_reg_l with E_h; [exact P6|]. rewrite Rinv_r; lra. }
  assert (Bent : forall x, bent c (1 + x) = / (-1 + E) * (E + -1 * / exp (c * x))).
  { intros x. rewrite bent_at by lra. rewrite exp_Ropp, Ec. unfold Rdiv.
    replace (E - 1) with (-1 + E) by ring. ring. }
  assert (Low : bent c (1 - h) = qmin).
  { replace (1 - h) with (1 + - h) by ring. rewrite Bent. replace (c * - h) with (- (c * h)) by ring.
    rewrite exp_Ropp, Eh, Rinv_inv, P9. ring. }
  assert (High : bent c (1 + h) = qmax) by (rewrite Bent, Eh, P10; ring).
  assert (Up : bent c (1 - X) = q_plus).
  { replace (1 - X) with (1 + - X) by ring. rewrite Bent. replace (c * - X) with (- (c * X)) by ring.
    rewrite exp_Ropp, Ew, Rinv_inv, P7. ring. }
  assert (Down : bent c (1 + X) = q_minus) by (rewrite Bent, Ew, P8; ring).
  destruct (exponential_family h c ltac:(lra) ltac:(lra)) as [G F].
  destruct (exponential_family X c ltac:(lra) ltac:(lra)) as [Loc _].
  pose proof (bent_pos c (1 - h) ltac:(lra) ltac:(lra)) as Pl. pose proof (bent_pos c (1 + h) ltac:(lra) ltac:(lra))
    as Pm.
  rewrite Low in *. rewrite High in *. rewrite Up, Down in Loc.
  unfold sinh, cosh in G, F, Loc. rewrite exp_Ropp, Ec, Eh in G, F.
  rewrite exp_Ropp, Ec, Ew in Loc.
  assert (W : 0 < -1 * E_h + -1 * / E_h + 2 * E).
  { assert (/ E_h <= 1) by (rewrite <- Rinv_1; apply Rinv_le_contravar; lra). lra. }
  assert (V : 0 < -1 * E_w + -1 * / E_w + 2 * E).
  { assert (/ E_w <= E_h) by (apply Rmult_le_reg_r with E_w; [exact P2|]; rewrite Rinv_l; lra). lra. }
  assert (I : E_h * / E_h = 1) by (apply Rinv_r; lra). assert (J : E_w * / E_w = 1) by (apply Rinv_r; lra).
  destruct (closed_forms qmin qmax _ _ sigma Pl Pm eq_refl eq_refl) as (A & B & D).
  rewrite <- !Low, <- !High, <- Up, <- Down. repeat split; try (apply bent_rises; lra).
  - rewrite Low, High. rewrite A, F. set (i := / E_h) in *. field. lra.
  - rewrite Low, High. rewrite B, G. set (i := / E_h) in *. field. lra.
  - rewrite Low, High. rewrite D, G. replace ((E_h - / E_h) / 2 / (E - (E_h + / E_h) / 2))
      with (/ (-1 * E_h + -1 * / E_h + 2 * E) * (E_h + -1 * / E_h)) by (set (i := / E_h) in *; field; lra).
    set (b := E_h + -1 * / E_h). set (a := -1 * E_h + -1 * / E_h + 2 * E) in *.
    replace (-1 * b ^ 2 * / a ^ 2) with (-1 * / a ^ 2 * b ^ 2) by ring.
    rewrite floor_of_parts; [ring | lra|]. unfold a, b.
    pose proof (Rmult_lt_0_compat (E - E_h) (E - / E_h)) as Pr.
    assert (/ E_h <= 1) by (rewrite <- Rinv_1; apply Rinv_le_contravar; lra). nra.
  - rewrite Up, Down, gamma_seen, Loc. set (i := / E_w) in *. field. lra.
Qed.

(** response.shifted_linear *)
Lemma compare_response_shifted_linear (dl down h q_minus q_plus qmax qmin side sigma tau up w : R) :
  0 < tau ->
  0 <= h ->
  h < 1 ->
  w <= (h * tau) ->
  ((-1) * h * tau) <= w ->
  0 < up ->
  0 < down ->
  side ^ 2 = 1 ->
  0 <= (side * (up + ((-1) * down))) ->
  dl = (side * (/ (down + up)) * (up + ((-1) * down))) ->
  q_plus = (up * (1 + ((-1) * w * (/ tau)))) ->
  q_minus = (down * (1 + (w * (/ tau)))) ->
  qmin = ((1 + ((-1) * dl)) * (1 + ((-1) * h)) * (((1 / 2) * down) + ((1 / 2) * up))) ->
  qmax = ((1 + dl) * (1 + h) * (((1 / 2) * down) + ((1 / 2) * up))) ->
  (qmin <= q_plus) /\ (q_plus <= qmax) /\ (qmin <= q_minus) /\ (q_minus <= qmax) /\ ((((1 / 2) * qmax) + ((1 / 2) *
    qmin)) = ((1 + (dl * h)) * (((1 / 2) * down) + ((1 / 2) * up)))) /\ (((/ (qmax + qmin)) * (qmax + ((-1) * qmin)))
    = ((/ (1 + (dl * h))) * (dl + h))) /\ (((1 / 4) * (/ qmax) * (/ qmin) * sigma ^ 2 * (qmax + ((-1) * qmin)) ^ 2) =
    (sigma ^ 2 * (/ (1 + (dl * h)) ^ 2) * (/ (1 + ((-1) * (/ (1 + (dl * h)) ^ 2) * (dl + h) ^ 2))) * (dl + h) ^ 2)) /\
    (((/ (q_minus + q_plus)) * (q_minus + ((-1) * q_plus))) = ((/ (1 + ((-1) * w * (/ tau) * (/ (down + up)) * (up +
    ((-1) * down))))) * ((w * (/ tau)) + ((-1) * (/ (down + up)) * (up + ((-1) * down)))))) /\ (((down * (1 + ((-1) *
    h * side))) + (up * (1 + (h * side)))) = (qmax + qmin)) /\ ((down * up * (1 + (h * side)) * (1 + ((-1) * h *
    side))) = (qmax * qmin)).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13.
  set (less := (1 - dl) * ((up + down) / 2)). set (more := (1 + dl) * ((up + down) / 2)).
  assert (Cases : Rmin up down = less /\ Rmax up down = more /\ 0 <= dl).
  { assert (Quot : 0 <= dl) by (rewrite P9; replace (side * / (down + up) * (up + -1 * down))
      with (side * (up + -1 * down) * / (down + up)) by ring; apply Rmult_le_pos; [exact P8 | left; apply
      Rinv_0_lt_compat; lra]).
    destruct (sign_cases side P7) as [S|S]; rewrite S in *; unfold less, more; rewrite P9.
    - rewrite Rmin_right, Rmax_left by lra. repeat split; [field | field | rewrite <- P9; exact Quot]; lra.
    - rewrite Rmin_left, Rmax_right by lra. repeat split; [field | field | rewrite <- P9; exact Quot]; lra. }
  destruct Cases as (Less & More & Quot).
  pose proof (shifted_between tau h up down w P0 (conj P1 P2) P5 P6 ltac:(apply Rabs_le; lra)) as [U L].
  rewrite Less, More in U, L. unfold slanted_up, slanted_down, Rdiv in U, L.
  assert (Pl : 0 < less) by (rewrite <- Less; now apply Rmin_glb_lt).
  assert (Le : less <= more) by (rewrite <- Less, <- More; apply Rle_trans with up; [apply Rmin_l | apply Rmax_l]).
  assert (Elow : qmin = less * (1 - h)) by (rewrite P12; unfold less; field).
  assert (Ehigh : qmax = more * (1 + h)) by (rewrite P13; unfold more; field).
  destruct (shifted_family h less more (conj P1 P2) Pl Le) as [G _].
  assert (Edl : (more - less) / (more + less) = dl) by (unfold more, less; field; lra). rewrite Edl in G.
  rewrite <- Elow, <- Ehigh in G.
  assert (Ql : 0 < qmin) by (rewrite Elow; nra). assert (Qm : 0 < qmax) by (rewrite Ehigh; nra).
  destruct (closed_forms qmin qmax _ _ sigma Ql Qm G eq_refl) as (A & B & C).
  assert (Room : 0 < 1 + dl * h) by nra.
  assert (Dl1 : dl < 1) by (unfold less in Pl; nra).
  rewrite <- Elow, <- Ehigh in U, L. rewrite P10, P11. split; [lra|]. split; [lra|]. split; [lra|]. split; [lra|].
  split; [rewrite P12, P13; field|]. split; [|split; [|split; [|split]]].
  - rewrite B. field. nra.
  - rewrite C. replace ((h + dl) / (1 + h * dl)) with (/ (1 + dl * h) * (dl + h)) by (field; nra).
    rewrite floor_of_parts; [ring | lra|].
    pose proof (Rmult_lt_0_compat (1 - dl ^ 2) (1 - h ^ 2)). nra.
  - assert (Wt : -1 < w / tau < 1).
    { pose proof (ratio_within tau h w P0 ltac:(apply Rabs_le; lra)). lra. }
    unfold Rdiv in Wt. set (x := w * / tau) in *. replace (-1 * w * / tau) with (- x) by (unfold x; ring).
    set (k := / (down + up) * (up + -1 * down)). replace (- x * / (down + up) * (up + -1 * down)) with (- x * k)
      by (unfold k; ring). replace (-1 * / (down + up) * (up + -1 * down)) with (- k) by (unfold k; ring).
    assert (K : k * (down + up) = up - down) by (unfold k; field; lra).
    assert (N : down * (1 + x) + up * (1 + - x) = (down + up) * (1 + - x * k)).
    { replace ((down + up) * (1 + - x * k)) with (down + up - x * (k * (down + up))) by ring. rewrite K. ring. }
    assert (M : down * (1 + x) + -1 * (up * (1 + - x)) = (down + up) * (x - k)).
    { replace ((down + up) * (x - k)) with (x * (down + up) - k * (down + up)) by ring. rewrite K. ring. }
    assert (Dp : 0 < down * (1 + x) + up * (1 + - x)).
    { apply Rplus_lt_0_compat; apply Rmult_lt_0_compat; lra. }
    assert (Ne : 1 + - x * k <> 0) by (intros Z; rewrite N, Z in Dp; lra).
    replace (-1 * up * (1 + - x)) with (-1 * (up * (1 + - x))) by ring. rewrite N, M. field. split; [exact Ne | lra]
      || (split; [lra | exact Ne]).
  - rewrite Elow, Ehigh. unfold more, less. destruct (sign_cases side P7) as [S|S]; rewrite S, P9, ?S; field; lra.
  - rewrite Elow, Ehigh. unfold more, less. destruct (sign_cases side P7) as [S|S]; rewrite S, P9, ?S; field; lra.
Qed.

(** response.gain_spread *)
Lemma compare_response_gain_spread (g g_max g_min q_minus q_plus qmax qmin : R) :
  0 < qmin ->
  0 < g_min ->
  g_min <= g ->
  g <= g_max ->
  qmin <= q_plus ->
  q_plus <= qmax ->
  qmin <= q_minus ->
  q_minus <= qmax ->
  ((g_min * qmin) <= (g * q_plus)) /\ ((g * q_plus) <= (g_max * qmax)) /\ ((g_min * qmin) <= (g * q_minus)) /\ ((g *
    q_minus) <= (g_max * qmax)) /\ (((/ ((g_max * qmax) + (g_min * qmin))) * ((g_max * qmax) + ((-1) * g_min * qmin)))
    = ((/ (1 + ((/ (g_max + g_min)) * (/ (qmax + qmin)) * (g_max + ((-1) * g_min)) * (qmax + ((-1) * qmin))))) * (((/
    (g_max + g_min)) * (g_max + ((-1) * g_min))) + ((/ (qmax + qmin)) * (qmax + ((-1) * qmin)))))) /\ (((/ ((g *
    q_minus) + (g * q_plus))) * ((g * q_minus) + ((-1) * g * q_plus))) = ((/ (q_minus + q_plus)) * (q_minus + ((-1) *
    q_plus)))) /\ (((/ ((g * qmax) + (g * qmin))) * ((g * qmax) + ((-1) * g * qmin))) = ((/ (qmax + qmin)) * (qmax +
    ((-1) * qmin)))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7.
  destruct (spread_family qmin qmax g_min g_max g q_plus P0 P1 P2 P3 P4 P5) as (U & G & S).
  destruct (spread_family qmin qmax g_min g_max g q_minus P0 P1 P2 P3 P6 P7) as (L & _ & _).
  repeat split; try lra.
  - replace (-1 * g_min * qmin) with (-1 * (g_min * qmin)) by ring. rewrite gamma_seen, G.
    unfold Rdiv at 1. rewrite Rmult_comm. f_equal; [|unfold gamma_of, Rdiv; ring].
    f_equal. unfold gamma_of, Rdiv. ring.
  - field. split; nra.
  - replace (-1 * g * qmin) with (-1 * (g * qmin)) by ring. rewrite !gamma_seen. exact S.
Qed.

(** response.own_parameters *)
Lemma compare_response_own_parameters (abs_c c_i gamma q_minus q_plus qmax qmin sigma tau_i w w_max : R) :
  0 < tau_i ->
  gamma < 1 ->
  w <= w_max ->
  ((-1) * w_max) <= w ->
  c_i <= abs_c ->
  ((-1) * abs_c) <= c_i ->
  (abs_c + w_max) <= (gamma * tau_i) ->
  0 <= gamma ->
  q_plus = (1 + ((-1) * (/ tau_i) * (w + ((-1) * c_i)))) ->
  q_minus = (1 + ((/ tau_i) * (w + ((-1) * c_i)))) ->
  qmin = (1 + ((-1) * gamma)) ->
  qmax = (1 + gamma) ->
  (qmin <= q_plus) /\ (q_plus <= qmax) /\ (qmin <= q_minus) /\ (q_minus <= qmax) /\ ((((1 / 2) * qmax) + ((1 / 2) *
    qmin)) = 1) /\ (((/ (qmax + qmin)) * (qmax + ((-1) * qmin))) = gamma) /\ (((1 / 4) * (/ qmax) * (/ qmin) * sigma ^
    2 * (qmax + ((-1) * qmin)) ^ 2) = (gamma ^ 2 * sigma ^ 2 * (/ (1 + ((-1) * gamma ^ 2))))) /\ (((/ (q_minus +
    q_plus)) * (q_minus + ((-1) * q_plus))) = ((/ tau_i) * (w + ((-1) * c_i)))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11.
  assert (Q : (w_max + Rabs c_i) / tau_i <= gamma).
  { assert (Rabs c_i <= abs_c) by (apply Rabs_le; lra).
    apply Rmult_le_reg_r with tau_i; [exact P0|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
  destruct (own_point_family tau_i c_i w_max gamma w P0 P7 ltac:(apply Rabs_le; lra) Q) as ((U & L) & G & F).
  destruct (closed_forms (1 - gamma) (1 + gamma) gamma 1 sigma ltac:(lra) ltac:(lra) G F) as (A & B & C).
  unfold Device.up, Device.down in U, L.
  replace qmin with (1 - gamma) by (rewrite P10; ring).
  replace q_plus with (1 - (w - c_i) / tau_i) by (rewrite P8; unfold Rdiv; ring).
  replace q_minus with (1 + (w - c_i) / tau_i) by (rewrite P9; unfold Rdiv; ring).
  rewrite P11. repeat split; try lra.
  - rewrite C. unfold floor. replace (1 + -1 * gamma ^ 2) with (1 - gamma ^ 2) by ring. field. nra.
  - field. lra.
Qed.

(** response.constant_step *)
Lemma compare_response_constant_step (after h m phi_Y qmax qmin reached s side sigma tau w : R) :
  s ^ 2 = 1 ->
  0 <= m ->
  0 < tau ->
  0 <= h ->
  h < 1 ->
  w <= (h * tau) ->
  ((-1) * h * tau) <= w ->
  0 < phi_Y ->
  phi_Y <= 1 ->
  m <= reached ->
  (phi_Y * reached) <= (tau * (1 + ((-1) * h))) ->
  side ^ 2 = 1 ->
  0 <= ((1 + side) * (tau + ((-1) * m) + ((-1) * s * w))) ->
  0 <= ((1 + ((-1) * side)) * (m + ((-1) * tau) + (s * w))) ->
  after = ((((1 / 2) + ((1 / 2) * side)) * (w + (m * s))) + (s * tau * ((1 / 2) + ((-1 / 2) * side)))) ->
  qmin = phi_Y ->
  qmax = 1 ->
  ((s * (after + ((-1) * w))) <= m) /\ ((m * phi_Y) <= (s * (after + ((-1) * w)))) /\ ((((1 / 2) * qmax) + ((1 / 2) *
    qmin)) = ((1 / 2) + ((1 / 2) * phi_Y))) /\ (((/ (qmax + qmin)) * (qmax + ((-1) * qmin))) = ((/ (1 + phi_Y)) * (1 +
    ((-1) * phi_Y)))) /\ (((1 / 4) * (/ qmax) * (/ qmin) * sigma ^ 2 * (qmax + ((-1) * qmin)) ^ 2) = (sigma ^ 2 * (/
    (1 + phi_Y) ^ 2) * (1 + ((-1) * phi_Y)) ^ 2 * (/ (1 + ((-1) * (/ (1 + phi_Y) ^ 2) * (1 + ((-1) * phi_Y)) ^ 2)))))
    /\ ((after + ((-1) * w) + ((-1) * m * s * (((1 / 2) * qmax) + ((1 / 2) * qmin)))) <= (m * (/ (qmax + qmin)) *
    (qmax + ((-1) * qmin)) * (((1 / 2) * qmax) + ((1 / 2) * qmin)))) /\ (((-1) * m * (/ (qmax + qmin)) * (qmax + ((-1)
    * qmin)) * (((1 / 2) * qmax) + ((1 / 2) * qmin))) <= (after + ((-1) * w) + ((-1) * m * s * (((1 / 2) * qmax) + ((1
    / 2) * qmin))))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16.
  assert (Cl : clipped tau w (m * s) = after).
  { rewrite P14. unfold clipped, Rmin, Rmax. destruct (sign_cases s P0) as [S|S], (sign_cases side P11) as [Sd|Sd];
      rewrite S, Sd in *; repeat destruct (Rle_dec _ _); lra || nra. }
  pose proof (clipped_share tau h phi_Y reached w (m * s) P2 (conj P3 P4) ltac:(apply Rabs_le; lra) (conj P7 P8)) as Sh.
  rewrite (absolute m s P0 P1) in Sh. specialize (Sh P9 ltac:(lra)). destruct Sh as (r & E & R0 & R1).
  pose proof (share_responds (clipped tau) phi_Y 1 w (m * s) P7 (ex_intro _ r (conj E (conj R0 R1)))) as Resp.
  unfold responds in Resp. rewrite Cl, (absolute m s P0 P1) in Resp. apply abs_both in Resp. rewrite Cl in E.
  destruct (closed_forms phi_Y 1 _ _ sigma P7 Rlt_0_1 eq_refl eq_refl) as (A & B & C).
  assert (Made : s * (after + -1 * w) = m * r).
  { replace (after + -1 * w) with (m * s * r) by lra. replace (s * (m * s * r)) with (m * r * s ^ 2) by ring.
    rewrite P0. ring. }
  subst qmin qmax. rewrite Made, A, B, C.
  pose proof (Rmult_le_compat_l m _ _ P1 R0). pose proof (Rmult_le_compat_l m _ _ P1 R1).
  split; [lra|]. split; [lra|]. split; [unfold gain_of; lra|]. split; [reflexivity|].
  split; [unfold floor, gamma_of; field; repeat split; nra|].
  destruct Resp as [High Low]. unfold gamma_of, Rdiv in High, Low. split; lra.
Qed.

(** device.pulse_train *)
Lemma compare_device_pulse_train (after decay e_Y h m phi phi_Y q_minus q_plus qmax qmin s sigma tau w : R) :
  s ^ 2 = 1 ->
  0 <= m ->
  0 < tau ->
  0 <= h ->
  h < 1 ->
  w <= (h * tau) ->
  ((-1) * h * tau) <= w ->
  0 < phi_Y ->
  phi_Y <= phi ->
  phi <= 1 ->
  (m * phi) = (tau * (1 + ((-1) * decay))) ->
  after = ((s * tau) + ((-1) * decay * (((-1) * w) + (s * tau)))) ->
  e_Y = ((/ (1 + phi_Y)) * (1 + ((-1) * phi_Y))) ->
  q_plus = (phi * (1 + ((-1) * w * (/ tau)))) ->
  q_minus = (phi * (1 + (w * (/ tau)))) ->
  qmin = (phi_Y * (1 + ((-1) * h))) ->
  qmax = (1 + h) ->
  (qmin <= q_plus) /\ (q_plus <= qmax) /\ (qmin <= q_minus) /\ (q_minus <= qmax) /\ ((((1 / 2) * qmax) + ((1 / 2) *
    qmin)) = ((1 / 2) + ((1 / 2) * h) + ((1 / 2) * phi_Y * (1 + ((-1) * h))))) /\ (((/ (qmax + qmin)) * (qmax + ((-1)
    * qmin))) = ((/ (1 + (e_Y * h))) * (e_Y + h))) /\ (((1 / 4) * (/ qmax) * (/ qmin) * sigma ^ 2 * (qmax + ((-1) *
    qmin)) ^ 2) = (sigma ^ 2 * (/ (1 + (e_Y * h)) ^ 2) * (/ (1 + ((-1) * (/ (1 + (e_Y * h)) ^ 2) * (e_Y + h) ^ 2))) *
    (e_Y + h) ^ 2)) /\ (((/ (q_minus + q_plus)) * (q_minus + ((-1) * q_plus))) = (w * (/ tau))) /\ (after = (w + (m *
    s * ((phi * (1 + (w * (/ tau))) * ((1 / 2) + ((-1 / 2) * s))) + (phi * (1 + ((-1) * w * (/ tau))) * ((1 / 2) + ((1
    / 2) * s))))))) /\ ((after + ((-1) * w) + ((-1) * m * s * (((1 / 2) * qmax) + ((1 / 2) * qmin)))) <= (m * (/ (qmax
    + qmin)) * (qmax + ((-1) * qmin)) * (((1 / 2) * qmax) + ((1 / 2) * qmin)))) /\ (((-1) * m * (/ (qmax + qmin)) *
    (qmax + ((-1) * qmin)) * (((1 / 2) * qmax) + ((1 / 2) * qmin))) <= (after + ((-1) * w) + ((-1) * m * s * (((1 / 2)
    * qmax) + ((1 / 2) * qmin))))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16.
  assert (Toward : towards tau decay w (m * s) = after).
  { rewrite P11. unfold towards. destruct (sign_cases s P0) as [S|S]; rewrite S.
    - destruct (Rle_dec 0 (m * 1)); [ring | lra].
    - destruct (Rle_dec 0 (m * -1)); [|ring]. assert (M : m = 0) by lra.
      assert (Dec : decay = 1) by (rewrite M in P10; nra). rewrite Dec. ring. }
  pose proof (towards_the_bound tau h phi_Y phi decay w (m * s) P2 (conj P3 P4) ltac:(apply Rabs_le; lra) P7 P8 P9) as
    Tb.
  cbv zeta in Tb.
  rewrite (absolute m s P0 P1), Toward, update_seen in Tb by assumption. destruct (Tb ltac:(lra)) as (E & U & L).
    clear Tb.
  destruct (train_family h phi_Y (conj P3 P4) (conj P7 (Rle_trans _ _ _ P8 P9))) as [G _].
  assert (Ql : 0 < (1 - h) * phi_Y) by nra. assert (Qm : 0 < 1 + h) by lra.
  assert (Elow : qmin = (1 - h) * phi_Y) by (rewrite P15; ring). subst qmax.
  rewrite <- Elow in *.
  pose proof (responses_respond (fun _ => phi * (1 - w / tau)) (fun _ => phi * (1 + w / tau)) qmin (1 + h) w (m * s) Ql
    U L) as Resp.
  unfold responds in Resp. rewrite update_seen, <- E, (absolute m s P0 P1) in Resp by assumption.
  apply abs_both in Resp. destruct Resp as [High Low].
  destruct (closed_forms qmin (1 + h) _ _ sigma Ql Qm G eq_refl) as (A & B & C).
  assert (Ey : (1 - phi_Y) / (1 + phi_Y) = e_Y) by (rewrite P12; unfold Rdiv; ring). rewrite Ey in *.
  assert (Y0 : 0 <= e_Y) by (rewrite <- Ey; apply Rmult_le_pos; [lra | left; apply Rinv_0_lt_compat; lra]).
  assert (Y1 : e_Y < 1) by (rewrite <- Ey; apply Rmult_lt_reg_r with (1 + phi_Y); [lra|]; unfold Rdiv;
    rewrite Rmult_assoc, Rinv_l; lra).
  assert (Room : 0 < 1 + e_Y * h) by nra.
  rewrite P13, P14. unfold Rdiv in U, L, E. split; [lra|]. split; [lra|]. split; [lra|]. split; [lra|].
  split; [rewrite A, Elow; unfold gain_of; lra|].
  split; [rewrite B; field; nra|].
  split.
  { rewrite C. replace ((h + e_Y) / (1 + h * e_Y)) with (/ (1 + e_Y * h) * (e_Y + h)) by (field; nra).
    rewrite floor_of_parts; [ring | lra|]. pose proof (Rmult_lt_0_compat (1 - e_Y ^ 2) (1 - h ^ 2)). nra. }
  split.
  { assert (0 < phi) by lra. assert (0 < w / tau + 1).
    { pose proof (ratio_within tau h w P2 ltac:(apply Rabs_le; lra)). lra. }
    replace (phi * (1 + w * / tau) + phi * (1 + -1 * w * / tau)) with (2 * phi) by ring.
    replace (phi * (1 + w * / tau) + -1 * (phi * (1 + -1 * w * / tau))) with (2 * phi * (w * / tau)) by ring.
    field. lra. }
  split; [rewrite E; field; lra|].
  rewrite A. replace (m * / (1 + h + qmin) * (1 + h + -1 * qmin) * gain_of qmin (1 + h))
    with (gamma_of qmin (1 + h) * (gain_of qmin (1 + h) * m)) by (unfold gamma_of, Rdiv; ring).
  replace (-1 * m * / (1 + h + qmin) * (1 + h + -1 * qmin) * gain_of qmin (1 + h))
    with (- (gamma_of qmin (1 + h) * (gain_of qmin (1 + h) * m))) by (unfold gamma_of, Rdiv; ring).
  split; lra.
Qed.

(** response.recentre *)
Lemma compare_response_recentre (Q X dl down h q_minus q_plus sigma tau up v w_0 : R) :
  0 < tau ->
  0 < up ->
  0 < down ->
  down < up ->
  0 <= h ->
  v <= (h * tau) ->
  ((-1) * h * tau) <= v ->
  dl = ((/ (down + up)) * (up + ((-1) * down))) ->
  (dl + h) < 1 ->
  X < 1 ->
  (-1) < X ->
  w_0 = (dl * tau) ->
  Q = (2 * down * up * (/ (down + up))) ->
  q_plus = (up * (1 + ((-1) * (/ tau) * (v + w_0)))) ->
  q_minus = (down * (1 + ((/ tau) * (v + w_0)))) ->
  (q_plus = (Q * (1 + ((-1) * v * (/ (tau + ((-1) * w_0))))))) /\ (q_minus = (Q * (1 + (v * (/ (tau + w_0)))))) /\
    ((up * (1 + ((-1) * w_0 * (/ tau)))) = (down * (1 + (w_0 * (/ tau))))) /\ ((Q * (1 + ((-1) * h * (/ (1 + ((-1) *
    dl)))))) <= q_plus) /\ (q_plus <= (Q * (1 + (h * (/ (1 + ((-1) * dl))))))) /\ ((Q * (1 + ((-1) * h * (/ (1 + ((-1)
    * dl)))))) <= q_minus) /\ (q_minus <= (Q * (1 + (h * (/ (1 + ((-1) * dl))))))) /\ (0 < (Q * (1 + ((-1) * h * (/ (1
    + ((-1) * dl))))))) /\ ((((1 / 2) * Q * (1 + (h * (/ (1 + ((-1) * dl)))))) + ((1 / 2) * Q * (1 + ((-1) * h * (/ (1
    + ((-1) * dl))))))) = Q) /\ (((/ ((Q * (1 + (h * (/ (1 + ((-1) * dl)))))) + (Q * (1 + ((-1) * h * (/ (1 + ((-1) *
    dl)))))))) * ((Q * (1 + (h * (/ (1 + ((-1) * dl)))))) + ((-1) * Q * (1 + ((-1) * h * (/ (1 + ((-1) * dl)))))))) =
    (h * (/ (1 + ((-1) * dl))))) /\ ((((/ (1 + (dl * h))) * (dl + h)) + ((-1) * h * (/ (1 + ((-1) * dl))))) = (dl * (/
    (1 + ((-1) * dl))) * (/ (1 + (dl * h))) * (1 + ((-1) * dl) + ((-1) * h) + ((-1) * h ^ 2)))) /\ (((X * (1 + ((-1) *
    X * dl))) + ((1 + ((-1) * dl * (X + dl))) * (dl + ((-1) * X)))) = (dl * (1 + ((-1) * dl ^ 2)))) /\ (((1 / 4) * (/
    down) * sigma ^ 2 * (/ up) * (/ (1 + X)) * (/ (1 + ((-1) * X))) * ((down * (1 + X)) + ((-1) * up * (1 + ((-1) *
    X)))) ^ 2) = (sigma ^ 2 * (/ (1 + ((-1) * X ^ 2))) * (/ (1 + ((-1) * dl ^ 2))) * (X + ((-1) * dl)) ^ 2)) /\ (((1 /
    4) * (/ down) * sigma ^ 2 * (/ up) * (down + ((-1) * up)) ^ 2) = (dl ^ 2 * sigma ^ 2 * (/ (1 + ((-1) * dl ^
    2))))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14.
  assert (Sl : slant up down = dl) by (rewrite P7; unfold slant; field; lra).
  pose proof (slant_range up down P2 P3) as R. rewrite Sl in R.
  assert (Sy : symmetric up down tau = w_0) by (unfold symmetric; now rewrite Sl, P11).
  assert (Co : common up down = Q) by (rewrite P12; unfold common; field; lra).
  destruct (about_the_symmetric_point up down tau P0 P2 P3 v) as (Eu0 & Ed0 & Eu & Ed).
  destruct (near_the_symmetric_point up down tau P0 P2 P3 h v P4 ltac:(rewrite Sl; lra) ltac:(apply Rabs_le; lra))
    as ((U & L) & Pos).
  pose proof (recentring_gain up down P2 P3 h P4 ltac:(rewrite Sl; lra)) as Gain.
  rewrite ?Sl, ?Sy, ?Co in *. unfold slanted_up, slanted_down, Rdiv in Eu0, Ed0, Eu, Ed, U, L.
  assert (Qp : q_plus = up * (1 - (w_0 + v) * / tau)) by (rewrite P13; ring).
  assert (Qm : q_minus = down * (1 + (w_0 + v) * / tau)) by (rewrite P14; ring).
  rewrite <- Qp in *. rewrite <- Qm in *. unfold Rdiv in Pos.
  assert (T1 : 0 < tau + -1 * w_0) by (rewrite P11; nra). assert (T2 : 0 < tau + w_0) by (rewrite P11; nra).
  split; [rewrite Eu; field; lra|]. split; [rewrite Ed; ring|].
  split; [replace (-1 * w_0 * / tau) with (- (w_0 * / tau)) by ring; unfold Rminus in Eu0; now rewrite Eu0, Ed0|].
  replace (1 + -1 * dl) with (1 - dl) by ring.
  split; [lra|]. split; [lra|]. split; [lra|]. split; [lra|]. split; [lra|]. split; [field; lra|].
  assert (Qpos : 0 < Q) by (rewrite <- Co; unfold common; apply Rdiv_lt_0_compat; nra).
  split; [field; split; nra|]. split.
  { transitivity ((h + dl) / (1 + h * dl) - h / (1 - dl)); [field; split; nra|]. rewrite Gain. field. split; nra. }
  split; [ring|].
  assert (Parts : forall x, -1 < x < 1 -> 1 / 4 * / down * sigma ^ 2 * / up * / (1 + x) * / (1 + -1 * x)
    * (down * (1 + x) + -1 * up * (1 + -1 * x)) ^ 2 = sigma ^ 2 * (x - dl) ^ 2 / ((1 - x ^ 2) * (1 - dl ^ 2))).
  { intros x Hx. rewrite <- Sl, <- (floor_at_a_weight_value up down P2 P3 x sigma Hx), <- floor_seen.
    - field. repeat split; lra.
    - apply Rmult_lt_0_compat; lra.
    - apply Rmult_lt_0_compat; lra. }
  split.
  - rewrite Parts by lra. field. split; nra.
  - pose proof (Parts 0 ltac:(lra)) as Z.
    replace (down + -1 * up) with (down * (1 + 0) + -1 * up * (1 + -1 * 0)) by ring.
    transitivity (sigma ^ 2 * (0 - dl) ^ 2 / ((1 - 0 ^ 2) * (1 - dl ^ 2))); [rewrite <- Z; field; lra | field; nra].
Qed.

(** response.best_centre *)
Lemma compare_response_best_centre (c centre dl down h q_minus q_plus qmax qmin tau up v : R) :
  0 < tau ->
  0 < up ->
  0 < down ->
  down < up ->
  0 <= h ->
  v <= (h * tau) ->
  ((-1) * h * tau) <= v ->
  dl = ((/ (down + up)) * (up + ((-1) * down))) ->
  h < 1 ->
  qmin <= (up * (1 + ((-1) * centre) + ((-1) * h))) ->
  qmin <= (down * (1 + centre + ((-1) * h))) ->
  (up * (1 + h + ((-1) * centre))) <= qmax ->
  c = (dl * (1 + ((-1) * h))) ->
  q_plus = (up * (1 + ((-1) * c) + ((-1) * v * (/ tau)))) ->
  q_minus = (down * (1 + c + (v * (/ tau)))) ->
  ((up * (1 + ((-1) * c) + ((-1) * h))) = (down * (1 + c + ((-1) * h)))) /\ ((up * (1 + ((-1) * c) + ((-1) * h))) <=
    q_plus) /\ (q_plus <= (up * (1 + h + ((-1) * c)))) /\ ((up * (1 + ((-1) * c) + ((-1) * h))) <= q_minus) /\
    (q_minus <= (up * (1 + h + ((-1) * c)))) /\ (((/ ((up * (1 + h + ((-1) * c))) + (up * (1 + ((-1) * c) + ((-1) *
    h))))) * ((up * (1 + h + ((-1) * c))) + ((-1) * up * (1 + ((-1) * c) + ((-1) * h))))) = (h * (/ (1 + ((-1) * dl *
    (1 + ((-1) * h))))))) /\ ((((/ (1 + (dl * h))) * (dl + h)) + ((-1) * h * (/ (1 + ((-1) * dl * (1 + ((-1) *
    h))))))) = (dl * (/ (1 + (dl * h))) * (/ (1 + ((-1) * dl * (1 + ((-1) * h))))) * (1 + ((-1) * dl)) * (1 + ((-1) *
    h)))) /\ (((h * (/ (1 + ((-1) * dl)))) + ((-1) * h * (/ (1 + ((-1) * dl * (1 + ((-1) * h))))))) = (dl * h ^ 2 * (/
    (1 + ((-1) * dl))) * (/ (1 + ((-1) * dl * (1 + ((-1) * h))))))) /\ ((h * (/ (1 + ((-1) * dl * (1 + ((-1) * h)))))
    * (qmax + qmin)) <= (qmax + ((-1) * qmin))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14.
  assert (Sl : slant up down = dl) by (rewrite P7; unfold slant; field; lra).
  pose proof (slant_range up down P2 P3) as R. rewrite Sl in R.
  pose proof (no_better_centre up down P2 P3 centre h qmin qmax (conj P4 P8) ltac:(lra) ltac:(lra) ltac:(lra)) as Best.
  rewrite Sl in Best.
  assert (Mn : up = (up + down) / 2 * (1 + dl) /\ down = (up + down) / 2 * (1 - dl)) by (rewrite P7; split; field; lra).
  destruct Mn as [Mu Md]. set (mean := (up + down) / 2) in *. assert (Mp : 0 < mean) by (unfold mean; lra).
  assert (Low : up * (1 - (c + h)) = down * (1 + (c - h))) by (rewrite Mu, Md, P12; ring).
  assert (High : down * (1 + (c + h)) <= up * (1 - (c - h))).
  { rewrite Mu, Md, P12. assert (0 <= mean * (dl * h)) by (apply Rmult_le_pos; [lra | apply Rmult_le_pos; lra]). lra. }
  pose proof (gamma_at_the_best_centre up down P2 P3 h (conj P4 P8)) as G.
  unfold gamma_about, least_about, most_about, Recentre.best_centre in G. rewrite Sl in G.
  assert (Ec : dl * (1 - h) = c) by (rewrite P12; ring). rewrite Ec in G.
  rewrite Rmin_left, Rmax_left in G by lra.
  pose proof (ratio_within tau h v P0 ltac:(apply Rabs_le; lra)) as X. unfold Rdiv in X. set (x := v * / tau) in *.
  assert (Eu : q_plus = up * (1 - c - x)) by (rewrite P13; unfold x; ring).
  assert (Ed : q_minus = down * (1 + c + x)) by (rewrite P14; unfold x; ring).
  assert (T : 0 < 1 - dl * (1 - h)) by nra. assert (Q : 0 < 1 + dl * h) by nra.
  assert (Wu : up * - h <= up * - x <= up * h) by (split; apply Rmult_le_compat_l; lra).
  assert (Wd : down * - h <= down * x <= down * h) by (split; apply Rmult_le_compat_l; lra).
  split; [lra|]. split; [lra|]. split; [lra|]. split; [lra|]. split; [lra|]. split.
  { rewrite <- gamma_seen in G.
    replace (up * (1 + h + -1 * c)) with (up * (1 - (c - h))) by ring.
    replace (up * (1 + -1 * c + -1 * h)) with (up * (1 - (c + h))) by ring.
    replace (-1 * up * (1 + -1 * c + -1 * h)) with (-1 * (up * (1 - (c + h)))) by ring.
    rewrite G, <- Ec. field. lra. }
  split; [field; repeat split; lra|]. split; [field; repeat split; lra|].
  unfold Rdiv in Best. replace (1 + -1 * dl * (1 + -1 * h)) with (1 - dl * (1 - h)) by ring. lra.
Qed.
