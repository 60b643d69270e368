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
  assert (Eh : exp (c * h) = E_h) by (unfold h; replace (c * (ln E_h / c)) with (ln E_h) by (field; lra); now apply exp_ln).
  assert (Ew : exp (c * X) = E_w) by (unfold X; replace (c * (ln E_w / c)) with (ln E_w) by (field; lra); now apply exp_ln).
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
  pose proof (bent_pos c (1 - h) ltac:(lra) ltac:(lra)) as Pl. pose proof (bent_pos c (1 + h) ltac:(lra) ltac:(lra)) as Pm.
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
    replace (-1 * up * (1 + - x)) with (-1 * (up * (1 + - x))) by ring. rewrite N, M. field. split; [exact Ne | lra] || (split; [lra | exact Ne]).
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
