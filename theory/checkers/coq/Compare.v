(** The claims of the theory, each as the statement that the theory's kernel proves, derived from the library's theorem.

    Only the statements matter here: a claim that says less, or other, than the library's theorem of that name has no
    such derivation.  Gram entries are inner products of an arbitrary inner-product space; symbols keep their names (an
    underscore is added where Coq has the name).  Claims about sequences, stages and schedules are in the other files
    Compare*.v. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Sums InnerProduct Sequences Master Complexity Device Synchronous Floor Multiplier Sharp
  Growing
  Challenge Attained.
Local Open Scope R_scope.

Lemma root_is x y : 0 <= x -> x ^ 2 = y -> sqrt y = x.
Proof. intros H <-. now apply sqrt_pow2. Qed.

(** A point of the kernel's form is a feasible point. *)
Lemma point p x sigma rho q qn A Y a r R_ S_ :
  0 <= Y -> a ^ 2 <= Y ^ 2 -> 0 <= r -> r ^ 2 = A -> 0 <= R_ -> R_ ^ 2 = A + sigma ^ 2 ->
  0 <= S_ -> S_ ^ 2 = Y ^ 2 + (-1) * a ^ 2 ->
  A + Y ^ 2 + (-2) * a * r <= (qn + R_ * rho + Y * q) ^ 2 ->
  a * r <= p + 1 / 2 * x * Y ^ 2 + 1 / 2 * x * sigma ^ 2 + S_ * sigma * x ->
  feasible p x sigma rho q qn A Y a.
Proof.
  intros HY Ha Hr Er HR ER HS ES I II. unfold feasible, eta, radius.
  rewrite (root_is r A Hr Er), (root_is R_ _ HR ER), (root_is S_ (Y ^ 2 - a ^ 2)) by (exact HS || lra).
  split; [exact HY|]. split; [|split; [|lra]].
  - apply root_order; [exact HY|]. now rewrite pow2_abs.
  - replace (rho * R_ + q * Y + qn) with (qn + R_ * rho + Y * q) by ring. lra.
Qed.

Lemma point_resolved p x xn g sigma rho q qn A Y a r R_ S_ :
  0 <= Y -> a ^ 2 <= Y ^ 2 -> 0 <= r -> r ^ 2 = A -> 0 <= R_ -> R_ ^ 2 = A + sigma ^ 2 ->
  0 <= S_ -> S_ ^ 2 = Y ^ 2 + (-1) * a ^ 2 -> 0 <= g -> g ^ 2 = x * xn ->
  A + Y ^ 2 + (-2) * a * r <= (qn + R_ * rho + Y * q) ^ 2 ->
  a * r <= p + 1 / 2 * x * Y ^ 2 + 1 / 2 * xn * sigma ^ 2 + S_ * g * sigma ->
  feasible_resolved p x xn sigma rho q qn A Y a.
Proof.
  intros HY Ha Hr Er HR ER HS ES Hg Eg I II. unfold feasible_resolved, eta, radius.
  rewrite (root_is r A Hr Er), (root_is R_ _ HR ER), (root_is S_ (Y ^ 2 - a ^ 2)), (root_is g _ Hg Eg)
    by (exact HS || lra).
  split; [exact HY|]. split; [|split; [|lra]].
  - apply root_order; [exact HY|]. now rewrite pow2_abs.
  - replace (rho * R_ + q * Y + qn) with (qn + R_ * rho + Y * q) by ring. lra.
Qed.

(** The kernel writes differences as sums. *)
Ltac plain :=
  repeat match goal with
  | |- context [1 + (-1) * ?x + (-1) * ?q] => replace (1 + (-1) * x + (-1) * q) with (1 - x - q) by ring
  | H : context [1 + (-1) * ?x + (-1) * ?q] |- _ => replace (1 + (-1) * x + (-1) * q) with (1 - x - q) in H by ring
  end.

Lemma absolute m s : s ^ 2 = 1 -> 0 <= m -> Rabs (m * s) = m.
Proof.
  intros Q Hm. assert (S : (s - 1) * (s + 1) = 0) by (ring_simplify; lra).
  apply Rmult_integral in S. destruct S as [S|S].
  - replace s with 1 by lra. rewrite Rmult_1_r. now apply Rabs_pos_eq.
  - replace s with (-1) by lra. replace (m * -1) with (- m) by ring. rewrite Rabs_Ropp. now apply Rabs_pos_eq.
Qed.

Lemma within_rho rho tau w : w <= rho * tau -> (-1) * rho * tau <= w -> Rabs w <= rho * tau.
Proof. intros. apply Rabs_le. lra. Qed.

Lemma abs_both x c : Rabs x <= c -> x <= c /\ - c <= x.
Proof. intros H. unfold Rabs in H. destruct (Rcase_abs x); lra. Qed.

Lemma square_le x c : Rabs x <= c -> x ^ 2 <= c ^ 2.
Proof. intros H. rewrite <- (pow2_abs x). apply pow_incr. split; [apply Rabs_pos | exact H]. Qed.

(** device.closed_form *)
Lemma compare_device_closed_form (m q_minus q_plus s tau w : R) :
  s ^ 2 = 1 ->
  0 <= m ->
  0 < tau ->
  ((w + (m * s * ((q_minus * ((1 / 2) + ((-1 / 2) * s))) + (q_plus * ((1 / 2) + ((1 / 2) * s)))))) = (w + ((-1) * m *
    (((1 / 2) * q_minus) + ((-1 / 2) * q_plus))) + (m * s * (((1 / 2) * q_minus) + ((1 / 2) * q_plus))))) /\ ((w + (m
    * s * (((1 + (w * (/ tau))) * ((1 / 2) + ((-1 / 2) * s))) + ((1 + ((-1) * w * (/ tau))) * ((1 / 2) + ((1 / 2) *
    s)))))) = (w + (m * s) + ((-1) * m * w * (/ tau)))).
Proof.
  intros P0 P1 P2.
  pose proof (update_symmetric_and_asymmetric (fun _ => q_plus) (fun _ => q_minus) w (m * s)) as U.
  pose proof (closed_form tau w (m * s)) as C. rewrite (absolute m s P0 P1) in U, C.
  assert (S : (s - 1) * (s + 1) = 0) by (ring_simplify; lra).
  assert (Up : update (fun _ => q_plus) (fun _ => q_minus) w (m * s)
    = w + m * s * (q_minus * (1 / 2 + -1 / 2 * s) + q_plus * (1 / 2 + 1 / 2 * s))).
  { unfold update. apply Rmult_integral in S. destruct S as [S|S].
    - replace s with 1 by lra. destruct (Rle_dec 0 (m * 1)); [field | lra].
    - replace s with (-1) by lra. destruct (Rle_dec 0 (m * -1)); [|field].
      assert (m = 0) by lra. subst m. field. }
  assert (Ua : ald tau w (m * s) = w + m * s * ((1 + w * / tau) * (1 / 2 + -1 / 2 * s)
    + (1 + (-1) * w * / tau) * (1 / 2 + 1 / 2 * s))).
  { unfold ald, update, up, down. apply Rmult_integral in S. destruct S as [S|S].
    - replace s with 1 by lra. destruct (Rle_dec 0 (m * 1)); [field; lra | lra].
    - replace s with (-1) by lra. destruct (Rle_dec 0 (m * -1)); [|field; lra].
      assert (m = 0) by lra. subst m. field. lra. }
  split; [rewrite <- Up, U; field | rewrite <- Ua, C; field; lra].
Qed.

(** device.drift *)
Lemma compare_device_drift (e g m rho s tau w : R) :
  s ^ 2 = 1 ->
  0 <= m ->
  0 < tau ->
  0 <= rho ->
  w <= (rho * tau) ->
  ((-1) * rho * tau) <= w ->
  g = (m * s) ->
  e = (m * w * (/ tau)) ->
  (e <= (m * rho)) /\ (((-1) * m * rho) <= e) /\ (e ^ 2 <= (g ^ 2 * rho ^ 2)) /\ (((-1) * m * w * (/ tau)) <= (m *
    rho)) /\ (((-1) * m * rho) <= ((-1) * m * w * (/ tau))) /\ (((-1) * m * w * (/ tau)) = ((-1) * e)).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7.
  pose proof (Device.drift tau rho w g P2 (within_rho rho tau w P4 P5)) as D.
  rewrite P6, (absolute m s P0 P1) in D. replace (m * w / tau) with e in D by (rewrite P7; reflexivity).
  destruct (abs_both _ _ D). apply square_le in D. rewrite P6.
  replace ((m * s) ^ 2) with (m ^ 2 * s ^ 2) by ring. rewrite P0.
  replace (-1 * m * w * / tau) with (- e) by (rewrite P7; ring). repeat split; lra.
Qed.

(** A step T of the direction m s, as the step of a device from 0. *)
Lemma responds_seen T alpha gain m rho s : s ^ 2 = 1 -> 0 <= m -> 0 < alpha -> 0 < gain ->
  T + alpha * gain * m * s <= alpha * gain * m * rho -> (-1) * alpha * gain * m * rho <= T + alpha * gain * m * s ->
  responds (fun _ _ => T) gain rho 0 (- alpha * (m * s)).
Proof.
  intros P0 P1 P2 P3 P4 P5. unfold responds. rewrite responds_size, (absolute m s P0 P1) by lra. apply Rabs_le. lra.
Qed.

(** device.step *)
Lemma compare_device_step (T alpha e g gain m rho s : R) :
  s ^ 2 = 1 ->
  0 <= m ->
  0 < alpha ->
  0 < gain ->
  0 <= rho ->
  (T + (alpha * gain * m * s)) <= (alpha * gain * m * rho) ->
  ((-1) * alpha * gain * m * rho) <= (T + (alpha * gain * m * s)) ->
  g = (m * s) ->
  e = (((-1) * g) + ((-1) * T * (/ alpha) * (/ gain))) ->
  (T <= (alpha * gain * m * (1 + rho))) /\ (((-1) * alpha * gain * m * (1 + rho)) <= T) /\ (T ^ 2 <= (alpha ^ 2 * g ^
    2 * gain ^ 2 * (1 + rho) ^ 2)).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8.
  pose proof (step_of_response _ alpha gain rho 0 (m * s) (Rlt_le _ _ P2) (Rlt_le _ _ P3)
    (responds_seen T alpha gain m rho s P0 P1 P2 P3 P5 P6)) as D.
  rewrite Rminus_0_r, (absolute m s P0 P1) in D. destruct (abs_both _ _ D). apply square_le in D. rewrite P7.
  replace (alpha ^ 2 * (m * s) ^ 2 * gain ^ 2 * (1 + rho) ^ 2) with ((alpha * gain * (1 + rho) * m) ^ 2 * s ^ 2) by
    ring.
  rewrite P0. repeat split; lra.
Qed.

(** response.drift *)
Lemma compare_response_drift (T alpha e g gain m rho s : R) :
  s ^ 2 = 1 ->
  0 <= m ->
  0 < alpha ->
  0 < gain ->
  0 <= rho ->
  (T + (alpha * gain * m * s)) <= (alpha * gain * m * rho) ->
  ((-1) * alpha * gain * m * rho) <= (T + (alpha * gain * m * s)) ->
  g = (m * s) ->
  e = (((-1) * g) + ((-1) * T * (/ alpha) * (/ gain))) ->
  (e <= (m * rho)) /\ (((-1) * m * rho) <= e) /\ (e ^ 2 <= (g ^ 2 * rho ^ 2)).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8.
  pose proof (drift_of_response _ alpha gain rho 0 (m * s) P2 P3
    (responds_seen T alpha gain m rho s P0 P1 P2 P3 P5 P6)) as D.
  rewrite Rminus_0_r, (absolute m s P0 P1) in D.
  replace (- T / (alpha * gain) - m * s) with e in D by (rewrite P8, P7; field; lra).
  destruct (abs_both _ _ D). apply square_le in D. rewrite P7.
  replace ((m * s) ^ 2 * rho ^ 2) with ((rho * m) ^ 2 * s ^ 2) by ring. rewrite P0. repeat split; lra.
Qed.

(** device.box *)
Lemma compare_device_box (m s tau w : R) :
  s ^ 2 = 1 ->
  0 <= m ->
  0 < tau ->
  m <= tau ->
  w <= tau ->
  ((-1) * tau) <= w ->
  ((w + (m * s) + ((-1) * m * w * (/ tau))) <= tau) /\ (((-1) * tau) <= (w + (m * s) + ((-1) * m * w * (/ tau)))).
Proof.
  intros P0 P1 P2 P3 P4 P5.
  pose proof (box tau w (m * s) P2) as B. rewrite closed_form, (absolute m s P0 P1) in B.
  assert (W : Rabs w <= tau) by (apply Rabs_le; lra). specialize (B W P3). apply abs_both in B. unfold Rdiv in B.
  destruct B. split; lra.
Qed.

(** device.inward *)
Lemma compare_device_inward (edge m reached s side tau top w : R) :
  s ^ 2 = 1 ->
  0 <= m ->
  0 < tau ->
  0 <= edge ->
  m <= reached ->
  reached <= tau ->
  w <= top ->
  ((-1) * tau) <= w ->
  (edge + reached) <= top ->
  side ^ 2 = 1 ->
  0 <= ((1 + side) * (w + ((-1) * edge))) ->
  ((1 + ((-1) * side)) * (w + ((-1) * edge))) <= 0 ->
  0 <= (s * (1 + side)) ->
  (w + ((-1) * m * s) + ((-1) * m * w * (/ tau))) <= top.
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12.
  assert (Sd : side = 1 \/ side = -1).
  { assert (Z : (side - 1) * (side + 1) = 0) by (ring_simplify; lra). apply Rmult_integral in Z. lra. }
  pose proof (inward_one_side tau edge reached top w (m * - s) P2 P3) as B.
  assert (Sq : (- s) ^ 2 = 1) by (rewrite <- P0; ring).
  rewrite closed_form, (absolute m (- s) Sq P1) in B. specialize (B P4 P5 P6 P8).
  replace (w + -1 * m * s + -1 * m * w * / tau) with (w + m * - s - m * w / tau) by (field; lra).
  apply B. destruct Sd as [-> | ->]; [left | right; lra]. split; [lra|].
  pose proof (Rmult_le_pos m s P1 ltac:(lra)). lra.
Qed.

(** order.root *)
Lemma compare_order_root (s t : R) :
  0 <= t ->
  s ^ 2 <= t ^ 2 ->
  s <= t.
Proof.
  intros P0 P1.
  now apply root_order.
Qed.

(** order.quadratic *)
Lemma compare_order_quadratic (h k0 k1 k2 z : R) :
  0 < k2 ->
  0 <= h ->
  h ^ 2 = (k1 ^ 2 + (k0 * k2)) ->
  (k2 * z ^ 2) <= (k0 + (2 * k1 * z)) ->
  z <= ((/ k2) * (h + k1)).
Proof.
  intros P0 P1 P2 P3.
  apply Rle_trans with (1 := quadratic_le k2 k1 k0 z P0 ltac:(lra)).
  rewrite (root_is h (k1 ^ 2 + k2 * k0) P1) by lra. apply Req_le. field. lra.
Qed.

(** master.young *)
Lemma compare_master_young (A R_ S_ Y a p q qn r rho sigma x : R) :
  0 <= rho ->
  0 <= sigma ->
  0 <= p ->
  0 <= x ->
  0 <= q ->
  0 <= qn ->
  0 <= A ->
  0 <= Y ->
  a ^ 2 <= Y ^ 2 ->
  0 <= r ->
  r ^ 2 = A ->
  0 <= R_ ->
  R_ ^ 2 = (A + sigma ^ 2) ->
  0 <= S_ ->
  S_ ^ 2 = (Y ^ 2 + ((-1) * a ^ 2)) ->
  (x + q ^ 2) < 1 ->
  (A + Y ^ 2 + ((-2) * a * r)) <= (qn + (R_ * rho) + (Y * q)) ^ 2 ->
  (a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * x * sigma ^ 2) + (S_ * sigma * x)) ->
  A <= ((qn + (R_ * rho)) ^ 2 + (2 * p) + (x * sigma ^ 2) + (((q * (qn + (R_ * rho))) + (sigma * x)) ^ 2 * (/ (1 +
    ((-1) * x) + ((-1) * q ^ 2))))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17.
  pose proof (point p x sigma rho q qn A Y a r R_ S_ P7 P8 P9 P10 P11 P12 P13 P14 P16 P17) as F.
  destruct (feasible_eliminates p x sigma rho q qn A Y a P3 P1 F) as [I II].
  pose proof (eliminated p x (x * sigma ^ 2) (x * sigma) sigma rho q qn A Y P15 _ I II) as E.
  unfold radius in E. rewrite (root_is R_ _ P11 P12) in E. plain. unfold Rdiv in E.
  replace (q * (qn + R_ * rho) + sigma * x) with ((rho * R_ + qn) * q + x * sigma) by ring. lra.
Qed.

(** master.explicit *)
Lemma compare_master_explicit (A Q R_ S_ Y a c0 c1 c2 p q qn r rho sigma x : R) :
  0 <= rho ->
  0 <= sigma ->
  0 <= p ->
  0 <= x ->
  0 <= q ->
  0 <= qn ->
  0 <= A ->
  0 <= Y ->
  a ^ 2 <= Y ^ 2 ->
  0 <= r ->
  r ^ 2 = A ->
  0 <= R_ ->
  R_ ^ 2 = (A + sigma ^ 2) ->
  0 <= S_ ->
  S_ ^ 2 = (Y ^ 2 + ((-1) * a ^ 2)) ->
  (A + Y ^ 2 + ((-2) * a * r)) <= (qn + (R_ * rho) + (Y * q)) ^ 2 ->
  (a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * x * sigma ^ 2) + (S_ * sigma * x)) ->
  x < 1 ->
  (x + q ^ 2) < 1 ->
  (rho ^ 2 + (q ^ 2 * (/ (1 + ((-1) * x))))) < 1 ->
  c2 = (1 + ((-1) * rho ^ 2) + ((-1) * q ^ 2 * rho ^ 2 * (/ (1 + ((-1) * x) + ((-1) * q ^ 2))))) ->
  c1 = ((qn * rho) + (q * rho * (/ (1 + ((-1) * x) + ((-1) * q ^ 2))) * ((q * qn) + (sigma * x)))) ->
  c0 = (qn ^ 2 + (2 * p) + (sigma ^ 2 * (1 + x)) + (((q * qn) + (sigma * x)) ^ 2 * (/ (1 + ((-1) * x) + ((-1) * q ^
    2))))) ->
  0 <= Q ->
  Q ^ 2 = (c1 ^ 2 + (c0 * c2)) ->
  (R_ <= ((/ c2) * (Q + c1))) /\ (A <= (((-1) * sigma ^ 2) + ((/ c2 ^ 2) * (Q + c1) ^ 2))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 P20 P21 P22 P23 P24.
  pose proof (point p x sigma rho q qn A Y a r R_ S_ P7 P8 P9 P10 P11 P12 P13 P14 P15 P16) as F.
  assert (D : domain x rho q).
  { unfold domain. replace (1 + (-1) * x) with (1 - x) in P19 by ring. unfold Rdiv. repeat split; lra. }
  pose proof (sharp_le_explicit p x sigma rho q qn A Y a P3 P1 P6 D F) as E.
  destruct (feasible_eliminates p x sigma rho q qn A Y a P3 P1 F) as [I II].
  pose proof (eliminated p x (x * sigma ^ 2) (x * sigma) sigma rho q qn A Y P18 _ I II) as El.
  pose proof (leading_pos x rho q P18 D) as Pos.
  plain. unfold explicit, explicit_radius in E. unfold radius in El. rewrite (root_is R_ _ P11 P12) in El.
  set (s := 1 - x - q ^ 2) in *. assert (Sp : 0 < s) by (unfold s; lra).
  assert (E2 : 1 - rho ^ 2 - rho ^ 2 * q ^ 2 / s = c2) by (rewrite P20; field; lra).
  assert (E1 : rho * qn + rho * q * (qn * q + x * sigma) / s = c1) by (rewrite P21; field; lra).
  assert (E0 : 2 * p + x * sigma ^ 2 + sigma ^ 2 + qn ^ 2 + (qn * q + x * sigma) ^ 2 / s = c0)
    by (rewrite P22; field; lra).
  rewrite E2 in E, Pos. rewrite E1, E0 in E. rewrite (root_is Q (c1 ^ 2 + c2 * c0) P23) in E by lra.
  split.
  - apply Rle_trans with (1 := quadratic_le c2 c1 c0 R_ Pos ltac:(rewrite <- E2, <- E1, <- E0;
      replace ((1 - rho ^ 2 - rho ^ 2 * q ^ 2 / s) * R_ ^ 2)
        with (R_ ^ 2 - (rho ^ 2 + rho ^ 2 * q ^ 2 / s) * R_ ^ 2) by (field; lra);
      replace ((rho * R_ + qn) ^ 2) with (rho ^ 2 * R_ ^ 2 + 2 * (rho * qn) * R_ + qn ^ 2) in El by ring;
      replace (((rho * R_ + qn) * q + x * sigma) ^ 2 / s)
        with (rho ^ 2 * q ^ 2 / s * R_ ^ 2 + 2 * (rho * q * (qn * q + x * sigma) / s) * R_
          + (qn * q + x * sigma) ^ 2 / s)
        in El by (field; lra); rewrite P12 at 1; lra)).
    rewrite (root_is Q (c1 ^ 2 + c2 * c0) P23) by lra. apply Req_le. field. lra.
  - apply Rle_trans with (1 := E). apply Req_le. field. lra.
Qed.

(** hilbert.cauchy_schwarz *)
Lemma compare_hilbert_cauchy_schwarz {H : space} (u w : H) :
  (inner u w) ^ 2 <= ((inner u u) * (inner w w)).
Proof.
  intros.
  apply cauchy_schwarz_sq.
Qed.

(** hilbert.product *)
Lemma compare_hilbert_product {H : space} (u w : H) (s t : R) :
  0 <= s ->
  0 <= t ->
  (inner u u) <= s ^ 2 ->
  (inner w w) <= t ^ 2 ->
  (inner u w) <= (s * t).
Proof.
  intros P0 P1 P2 P3.
  apply inner_le_product; now apply norm_le.
Qed.

(** hilbert.minkowski *)
Lemma compare_hilbert_minkowski {H : space} (u w : H) (s t : R) :
  0 <= s ->
  0 <= t ->
  (inner u u) <= s ^ 2 ->
  (inner w w) <= t ^ 2 ->
  ((inner u u) + (inner w w) + (2 * (inner u w))) <= (s + t) ^ 2.
Proof.
  intros P0 P1 P2 P3.
  pose proof (minkowski u w) as M. pose proof (norm_le u s P0 P2). pose proof (norm_le w t P1 P3).
  assert (B : norm (plus u w) <= s + t) by lra.
  pose proof (pow_incr (norm (plus u w)) (s + t) 2 (conj (norm_nonneg _) B)) as Q.
  rewrite norm_sq, inner_plus, !inner_plus_r, (inner_sym w u) in Q. lra.
Qed.

(** hilbert.component *)
Lemma compare_hilbert_component {H : space} (unit v : H) (Y r : R) :
  0 <= r ->
  (inner unit unit) <= 1 ->
  ((inner unit unit) * r ^ 2) = r ^ 2 ->
  0 <= Y ->
  Y ^ 2 = (inner v v) ->
  (inner unit v) ^ 2 <= Y ^ 2.
Proof.
  intros P0 P1 P2 P3 P4.
  rewrite P4, <- norm_sq. apply component_le. apply norm_le; lra.
Qed.

(** master.expand *)
Lemma compare_master_expand {H : space} (n unit v : H) (Y p r sigma x : R) :
  0 <= x ->
  (inner n n) <= sigma ^ 2 ->
  ((inner unit v) * r) <= (p + ((1 / 2) * x * ((inner n n) + (inner v v) + (2 * (inner n v))))) ->
  0 <= Y ->
  Y ^ 2 = (inner v v) ->
  ((inner unit v) * r) <= (p + ((inner n v) * x) + ((1 / 2) * x * (Y ^ 2 + sigma ^ 2))).
Proof.
  intros P0 P1 P2 P3 P4.
  pose proof (expand v zero n) as E. rewrite !norm_sq, !inner_plus, !inner_plus_r, !inner_zero, !inner_zero_r in E.
  rewrite (inner_sym v n) in E. rewrite P4.
  pose proof (Rmult_le_compat_l x _ _ P0 P1). lra.
Qed.

(** master.polarise *)
Lemma compare_master_polarise {H : space} (unit v : H) (A Y a eta r : R) :
  0 <= r ->
  (inner unit unit) <= 1 ->
  ((inner unit unit) * r ^ 2) = r ^ 2 ->
  A = ((inner unit unit) * r ^ 2) ->
  0 <= Y ->
  Y ^ 2 = (inner v v) ->
  a = (inner unit v) ->
  ((inner v v) + ((inner unit unit) * r ^ 2) + ((-2) * (inner unit v) * r)) <= eta ^ 2 ->
  (A + Y ^ 2 + ((-2) * a * r)) <= eta ^ 2.
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7.
  pose proof (polarise (scal r unit) (plus v (scal (- r) unit))) as E.
  rewrite !norm_sq in E. repeat rewrite ?inner_plus, ?inner_plus_r, ?inner_scal, ?inner_scal_r in E.
  rewrite (inner_sym v unit) in E.
  rewrite P3, P5, P6. lra.
Qed.

(** master.cauchy_schwarz *)
Lemma compare_master_cauchy_schwarz {H : space} (n unit v : H) (S_ Y a r sigma : R) :
  0 <= r ->
  (inner unit unit) <= 1 ->
  ((inner unit unit) * r ^ 2) = r ^ 2 ->
  0 <= sigma ->
  (inner n n) <= sigma ^ 2 ->
  (inner n unit) = 0 ->
  0 <= Y ->
  Y ^ 2 = (inner v v) ->
  a = (inner unit v) ->
  0 <= S_ ->
  S_ ^ 2 = (Y ^ 2 + ((-1) * a ^ 2)) ->
  (inner n v) <= (S_ * sigma).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10.
  rewrite inner_sym in P5 |- *. pose proof (across n sigma unit v ltac:(apply norm_le;
    lra) P5 (norm_le n sigma P3 P4)) as B.
  rewrite norm_sq, <- P7, <- P8, (root_is S_ _ P9) in B by (rewrite P10; ring). lra.
Qed.

(** challenge.cross_term *)
Lemma compare_challenge_cross_term {H : space} (b1 de e0 : H) (drift_length moved_drift stale_length : R) :
  0 <= moved_drift ->
  0 <= stale_length ->
  (inner b1 e0) = 0 ->
  (inner de de) <= moved_drift ^ 2 ->
  (inner b1 b1) <= stale_length ^ 2 ->
  ((inner de de) + (inner e0 e0) + (2 * (inner de e0))) <= drift_length ^ 2 ->
  ((inner b1 b1) + (inner de de) + (inner e0 e0) + (2 * (inner b1 de)) + (2 * (inner b1 e0)) + (2 * (inner de e0)))
    <= (drift_length ^ 2 + stale_length ^ 2 + (2 * moved_drift * stale_length)).
Proof.
  intros P0 P1 P2 P3 P4 P5.
  pose proof (cross_term e0 de b1 moved_drift stale_length drift_length P0 P1 P2 P3 P4) as B.
  rewrite !inner_plus, !inner_plus_r in B. rewrite (inner_sym e0 de), (inner_sym e0 b1), (inner_sym de b1) in B. lra.
Qed.

(** complexity.linear *)
Lemma compare_complexity_linear (A R_ S_ Y a p q qn r rho sigma t x : R) :
  0 <= rho ->
  0 <= sigma ->
  0 <= p ->
  0 <= x ->
  0 <= q ->
  0 <= qn ->
  0 <= A ->
  0 <= Y ->
  a ^ 2 <= Y ^ 2 ->
  0 <= r ->
  r ^ 2 = A ->
  0 <= R_ ->
  R_ ^ 2 = (A + sigma ^ 2) ->
  0 <= S_ ->
  S_ ^ 2 = (Y ^ 2 + ((-1) * a ^ 2)) ->
  (x + q ^ 2) < 1 ->
  0 < t ->
  (A + Y ^ 2 + ((-2) * a * r)) <= (qn + (R_ * rho) + (Y * q)) ^ 2 ->
  (a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * x * sigma ^ 2) + (S_ * sigma * x)) ->
  (A * (1 + ((-1) * rho ^ 2 * (1 + t) * (1 + (2 * q ^ 2 * (/ (1 + ((-1) * x) + ((-1) * q ^ 2)))))))) <= ((2 * p) + (x
    * sigma ^ 2) + ((1 + (2 * q ^ 2 * (/ (1 + ((-1) * x) + ((-1) * q ^ 2))))) * ((qn ^ 2 * (1 + (/ t))) + (rho ^ 2 *
    sigma ^ 2 * (1 + t)))) + (2 * sigma ^ 2 * x ^ 2 * (/ (1 + ((-1) * x) + ((-1) * q ^ 2))))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18.
  pose proof (point p x sigma rho q qn A Y a r R_ S_ P7 P8 P9 P10 P11 P12 P13 P14 P17 P18) as F.
  pose proof (sharp_le_linear p x sigma rho q qn A Y a P3 P1 P6 t P15 P16 F) as E. cbv zeta in E. plain.
  unfold Rdiv in E. rewrite (Rpow_mult_distr x sigma) in E. lra.
Qed.

(** complexity.best_t *)
Lemma compare_complexity_best_t (R_ qn rho t t_best : R) :
  0 < t ->
  0 < R_ ->
  0 < rho ->
  0 < qn ->
  t_best = (qn * (/ R_) * (/ rho)) ->
  ((2 * R_ * qn * rho) <= ((qn ^ 2 * (/ t)) + (t * R_ ^ 2 * rho ^ 2))) /\ (((qn ^ 2 * (/ t_best)) + (t_best * R_ ^ 2
    * rho ^ 2)) = (2 * R_ * qn * rho)).
Proof.
  intros P0 P1 P2 P3 P4.
  destruct (best_trade_off R_ rho qn t P0 P1 P2 P3) as [B1 B2]. cbv zeta in B2. rewrite P4.
  replace (qn * / R_ * / rho) with (qn / (rho * R_)) by (field; lra). unfold Rdiv in *.
  rewrite Rpow_mult_distr in B1, B2. split; lra.
Qed.

(** complexity.iterations *)
Lemma compare_complexity_iterations (K eps lead rest root_K : R) :
  0 < eps ->
  0 < K ->
  0 <= lead ->
  0 <= rest ->
  0 <= root_K ->
  root_K ^ 2 = K ->
  (((/ eps ^ 2) * lead ^ 2) + (2 * rest * (/ eps))) <= K ->
  0 < root_K ->
  ((lead * (/ root_K)) + (rest * (/ K))) <= eps.
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7.
  pose proof (enough_iterations lead rest K eps P0 P1 P2 P3 ltac:(unfold Rdiv; lra)) as B.
  rewrite (root_is root_K K P4 P5) in B. exact B.
Qed.

(** complexity.step_size *)
Lemma compare_complexity_step_size (Delta K L Lambda1 alpha lead nu p q qn rho root_K sigma t x : R) :
  0 < sigma ->
  0 < L ->
  0 < Delta ->
  0 < K ->
  0 < t ->
  0 <= rho ->
  0 <= Lambda1 ->
  0 <= nu ->
  0 <= alpha ->
  alpha ^ 2 = (2 * Delta * (/ K) * (/ L) * (/ sigma ^ 2)) ->
  0 < alpha ->
  x = (L * alpha) ->
  q = (Lambda1 * alpha * (1 + rho)) ->
  qn = (alpha * nu * (1 + rho)) ->
  p = (Delta * (/ K) * (/ alpha)) ->
  0 <= root_K ->
  root_K ^ 2 = K ->
  0 < root_K ->
  x <= (1 / 4) ->
  q <= (1 / 4) ->
  0 <= lead ->
  lead ^ 2 = (8 * Delta * L * sigma ^ 2) ->
  ((2 * p) + (x * sigma ^ 2) + ((1 + (2 * q ^ 2 * (/ (1 + ((-1) * x) + ((-1) * q ^ 2))))) * ((qn ^ 2 * (1 + (/ t))) +
    (rho ^ 2 * sigma ^ 2 * (1 + t)))) + (2 * sigma ^ 2 * x ^ 2 * (/ (1 + ((-1) * x) + ((-1) * q ^ 2))))) <= ((lead *
    (/ root_K)) + (rho ^ 2 * sigma ^ 2 * (1 + t)) + (2 * Delta * (/ K) * (/ L) * (/ sigma ^ 2) * ((4 * L ^ 2 * sigma
    ^ 2) + (nu ^ 2 * (1 + rho) ^ 2 * ((5 / 4) + ((5 / 4) * (/ t)))) + (4 * Lambda1 ^ 2 * rho ^ 2 * sigma ^ 2 * (1 +
    rho) ^ 2 * (1 + t))))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 P20 P21.
  assert (St : best_step sigma L Delta K = alpha).
  { apply root_is; [exact P8|]. rewrite P9. field. lra. }
  assert (Le : Complexity.lead sigma L Delta = lead) by (apply root_is; [exact P20 | exact P21]).
  pose proof (transient sigma L Delta K t rho Lambda1 nu P0 P1 P2 P3 P4 P5 P6) as B.
  rewrite St, Le, (root_is root_K K P15 P16) in B.
  specialize (B ltac:(lra) ltac:(lra)).
  replace (alpha * L) with x in B by (rewrite P11; ring).
  replace ((1 + rho) * alpha * Lambda1) with q in B by (rewrite P12; ring).
  replace ((1 + rho) * alpha * nu) with qn in B by (rewrite P13; ring).
  replace (Delta / (alpha * K)) with p in B by (rewrite P14; field; lra).
  plain. unfold Rdiv in B. rewrite (Rpow_mult_distr x sigma) in B.
  replace (rest sigma L Delta t rho Lambda1 nu * / K)
    with (2 * Delta * / K * / L * / sigma ^ 2 * (4 * L ^ 2 * sigma ^ 2 + nu ^ 2 * (1 + rho) ^ 2 *
      (5 / 4 + 5 / 4 * / t) + 4 * Lambda1 ^ 2 * rho ^ 2 * sigma ^ 2 * (1 + rho) ^ 2 * (1 + t))) in B
    by (unfold rest, lag_constant; field; lra).
  lra.
Qed.

(** complexity.order *)
Lemma compare_complexity_order (Delta L Lambda1 eps nu rho sigma t : R) :
  0 < eps ->
  0 < sigma ->
  0 < L ->
  0 < Delta ->
  0 < t ->
  0 <= rho ->
  0 <= Lambda1 ->
  0 <= nu ->
  ((eps ^ 2 * ((8 * Delta * L * (/ eps ^ 2) * sigma ^ 2) + (4 * Delta * (/ L) * (/ eps) * (/ sigma ^ 2) * ((4 * L ^ 2
    * sigma ^ 2) + (nu ^ 2 * (1 + rho) ^ 2 * ((5 / 4) + ((5 / 4) * (/ t)))) + (4 * Lambda1 ^ 2 * rho ^ 2 * sigma ^ 2
    * (1 + rho) ^ 2 * (1 + t)))))) = ((8 * Delta * L * sigma ^ 2) + (4 * Delta * eps * (/ L) * (/ sigma ^ 2) * ((4 *
    L ^ 2 * sigma ^ 2) + (nu ^ 2 * (1 + rho) ^ 2 * ((5 / 4) + ((5 / 4) * (/ t)))) + (4 * Lambda1 ^ 2 * rho ^ 2 *
    sigma ^ 2 * (1 + rho) ^ 2 * (1 + t)))))) /\ (((16 * Delta * L * (/ eps)) + (8 * Delta * L * (/ eps ^ 2) * sigma ^
    2)) <= ((8 * Delta * L * (/ eps ^ 2) * sigma ^ 2) + (4 * Delta * (/ L) * (/ eps) * (/ sigma ^ 2) * ((4 * L ^ 2 *
    sigma ^ 2) + (nu ^ 2 * (1 + rho) ^ 2 * ((5 / 4) + ((5 / 4) * (/ t)))) + (4 * Lambda1 ^ 2 * rho ^ 2 * sigma ^ 2 *
    (1 + rho) ^ 2 * (1 + t)))))) /\ (((8 * Delta * L * (/ eps ^ 2) * sigma ^ 2) + (4 * Delta * (/ L) * (/ eps) * (/
    sigma ^ 2) * ((4 * L ^ 2 * sigma ^ 2) + (nu ^ 2 * (1 + rho) ^ 2 * ((5 / 4) + ((5 / 4) * (/ t)))) + (4 * Lambda1 ^
    2 * rho ^ 2 * sigma ^ 2 * (1 + rho) ^ 2 * (1 + t))))) <= ((1 + ((1 / 2) * eps * (/ L ^ 2) * (/ sigma ^ 4) * ((4 *
    L ^ 2 * sigma ^ 2) + (nu ^ 2 * (1 + rho) ^ 2 * ((5 / 4) + ((5 / 4) * (/ t)))) + (4 * Lambda1 ^ 2 * rho ^ 2 *
    sigma ^ 2 * (1 + rho) ^ 2 * (1 + t))))) * ((16 * Delta * L * (/ eps)) + (8 * Delta * L * (/ eps ^ 2) * sigma ^
    2)))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7.
  pose proof (order sigma L Delta t rho Lambda1 nu eps P0 P1 P2 P3 P4 P5 P6 P7) as B. cbv zeta in B.
  unfold iterations in B.
  assert (E : rest sigma L Delta t rho Lambda1 nu = 2 * Delta * / L * / sigma ^ 2 * (4 * L ^ 2 * sigma ^ 2 + nu ^ 2 *
    (1 + rho) ^ 2 * (5 / 4 + 5 / 4 * / t) + 4 * Lambda1 ^ 2 * rho ^ 2 * sigma ^ 2 * (1 + rho) ^ 2 * (1 + t)))
    by (unfold rest, lag_constant; field; lra).
  assert (Z : rest sigma L Delta t rho 0 0 = 8 * Delta * L) by (unfold rest, lag_constant; field; lra).
  rewrite E, Z in B.
  set (c := 4 * L ^ 2 * sigma ^ 2 + nu ^ 2 * (1 + rho) ^ 2 * (5 / 4 + 5 / 4 * / t)
    + 4 * Lambda1 ^ 2 * rho ^ 2 * sigma ^ 2 * (1 + rho) ^ 2 * (1 + t)) in *.
  destruct B as (B1 & B2 & B3).
  replace (8 * Delta * L * sigma ^ 2 / eps ^ 2 + 2 * (2 * Delta * / L * / sigma ^ 2 * c) / eps)
    with (8 * Delta * L * / eps ^ 2 * sigma ^ 2 + 4 * Delta * / L * / eps * / sigma ^ 2 * c) in B1, B2, B3
    by (field; lra).
  replace (8 * Delta * L * sigma ^ 2 / eps ^ 2 + 2 * (8 * Delta * L) / eps)
    with (16 * Delta * L * / eps + 8 * Delta * L * / eps ^ 2 * sigma ^ 2) in B2, B3 by (field; lra).
  split; [lra|]. split; [exact B2|].
  apply Rle_trans with (1 := B3). rewrite Rmult_comm. apply Req_le. f_equal. field. lra.
Qed.

(** complexity.published *)
Lemma compare_complexity_published (A Delta K L Lambda1 R_ S_ Y a alpha gain lead made nu p q qn r rho root_K sigma t
  x : R) :
  0 < sigma ->
  0 < L ->
  0 < Delta ->
  0 < K ->
  0 < t ->
  0 <= rho ->
  0 <= Lambda1 ->
  0 <= nu ->
  0 <= made ->
  made ^ 2 = (2 * Delta * (/ K) * (/ L) * (/ sigma ^ 2)) ->
  0 < made ->
  0 < gain ->
  alpha = (made * (/ gain)) ->
  x = (L * alpha * gain) ->
  q = (Lambda1 * alpha * gain * (1 + rho)) ->
  qn = (alpha * gain * nu * (1 + rho)) ->
  p = (Delta * (/ K) * (/ made)) ->
  0 <= root_K ->
  root_K ^ 2 = K ->
  0 < root_K ->
  x <= (1 / 4) ->
  q <= (1 / 4) ->
  0 <= lead ->
  lead ^ 2 = (8 * Delta * L * sigma ^ 2) ->
  0 <= A ->
  0 <= Y ->
  a ^ 2 <= Y ^ 2 ->
  0 <= r ->
  r ^ 2 = A ->
  0 <= R_ ->
  R_ ^ 2 = (A + sigma ^ 2) ->
  0 <= S_ ->
  S_ ^ 2 = (Y ^ 2 + ((-1) * a ^ 2)) ->
  (A + Y ^ 2 + ((-2) * a * r)) <= (qn + (R_ * rho) + (Y * q)) ^ 2 ->
  (a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * x * sigma ^ 2) + (S_ * sigma * x)) ->
  (A * (1 + ((-1) * rho ^ 2 * (1 + t) * (1 + (2 * q ^ 2 * (/ (1 + ((-1) * x) + ((-1) * q ^ 2)))))))) <= ((lead * (/
    root_K)) + (rho ^ 2 * sigma ^ 2 * (1 + t)) + (2 * Delta * (/ K) * (/ L) * (/ sigma ^ 2) * ((4 * L ^ 2 * sigma ^
    2) + (nu ^ 2 * (1 + rho) ^ 2 * ((5 / 4) + ((5 / 4) * (/ t)))) + (4 * Lambda1 ^ 2 * rho ^ 2 * sigma ^ 2 * (1 +
    rho) ^ 2 * (1 + t))))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 P20 P21 P22 P23 P24 P25 P26 P27 P28
    P29 P30 P31 P32 P33 P34.
  pose proof (point p x sigma rho q qn A Y a r R_ S_ P25 P26 P27 P28 P29 P30 P31 P32 P33 P34) as F.
  assert (Eff : alpha * gain = made) by (rewrite P12; field; lra).
  assert (St : best_step sigma L Delta K = made).
  { apply root_is; [exact P8|]. rewrite P9. field. lra. }
  assert (Le : Complexity.lead sigma L Delta = lead) by (apply root_is; [exact P22 | exact P23]).
  pose proof (published sigma L Delta K t rho Lambda1 nu P0 P1 P2 P3 P4 P5 P6) as B.
  rewrite St, Le, (root_is root_K K P17 P18) in B.
  replace (made * L) with x in B by (rewrite P13, <- Eff; ring).
  replace ((1 + rho) * made * Lambda1) with q in B by (rewrite P14, <- Eff; ring).
  replace ((1 + rho) * made * nu) with qn in B by (rewrite P15, <- Eff; ring).
  replace (Delta / (made * K)) with p in B by (rewrite P16; field; lra).
  specialize (B ltac:(lra) ltac:(lra) A Y a P24 F). plain. unfold Rdiv in B.
  replace (rest sigma L Delta t rho Lambda1 nu * / K)
    with (2 * Delta * / K * / L * / sigma ^ 2 * (4 * L ^ 2 * sigma ^ 2 + nu ^ 2 * (1 + rho) ^ 2 *
      (5 / 4 + 5 / 4 * / t) + 4 * Lambda1 ^ 2 * rho ^ 2 * sigma ^ 2 * (1 + rho) ^ 2 * (1 + t))) in B
    by (unfold rest, lag_constant; field; lra).
  lra.
Qed.

(** complexity.best_batch *)
Lemma compare_complexity_best_batch (B M P Q sqrt_MQ sqrt_P : R) :
  0 < P ->
  0 < Q ->
  0 < B ->
  1 <= M ->
  0 <= sqrt_P ->
  sqrt_P ^ 2 = P ->
  0 <= sqrt_MQ ->
  sqrt_MQ ^ 2 = (Q * ((-1) + M)) ->
  (sqrt_MQ + sqrt_P) ^ 2 <= ((Q + (P * (/ B))) * ((-1) + B + M)).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7.
  pose proof (best_batch P Q B M P0 P1 P2 P3) as E.
  rewrite (root_is sqrt_P P P4 P5), (root_is sqrt_MQ ((M - 1) * Q) P6) in E by lra. unfold Rdiv in E.
  replace ((Q + P * / B) * (-1 + B + M)) with ((M + B - 1) * (P * / B + Q)) by ring.
  replace (sqrt_MQ + sqrt_P) with (sqrt_P + sqrt_MQ) by ring. exact E.
Qed.

(** floor.upper *)
Lemma compare_floor_upper (A R_ S_ Y a p q qn r rho sigma t x : R) :
  0 <= rho ->
  0 <= sigma ->
  0 <= p ->
  0 <= x ->
  0 <= q ->
  0 <= qn ->
  0 <= A ->
  0 <= Y ->
  a ^ 2 <= Y ^ 2 ->
  0 <= r ->
  r ^ 2 = A ->
  0 <= R_ ->
  R_ ^ 2 = (A + sigma ^ 2) ->
  0 <= S_ ->
  S_ ^ 2 = (Y ^ 2 + ((-1) * a ^ 2)) ->
  (A + Y ^ 2 + ((-2) * a * r)) <= (qn + (R_ * rho) + (Y * q)) ^ 2 ->
  (a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * x * sigma ^ 2) + (S_ * sigma * x)) ->
  rho < 1 ->
  0 < t ->
  t <= (1 / 3) ->
  p <= (t * sigma ^ 2) ->
  x <= t ->
  q <= t ->
  qn <= (sigma * t ^ 2) ->
  (rho ^ 2 * (1 + t) * (1 + (4 * t ^ 2))) < 1 ->
  A <= ((rho ^ 2 * sigma ^ 2 * (/ (1 + ((-1) * rho ^ 2)))) + (t * sigma ^ 2 * (/ (1 + ((-1) * rho ^ 2))) * (/ (1 +
    ((-1) * rho ^ 2 * (1 + t) * (1 + (4 * t ^ 2))))) * ((rho ^ 2 * (1 + (2 * t)) ^ 2) + ((1 + ((-1) * rho ^ 2)) * (3
    + (4 * t) + ((1 + (4 * t ^ 2)) * (t ^ 2 + t ^ 3))))))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 P20 P21 P22 P23 P24.
  pose proof (point p x sigma rho q qn A Y a r R_ S_ P7 P8 P9 P10 P11 P12 P13 P14 P15 P16) as F.
  pose proof (upper_near rho sigma p x q qn A Y a t (conj P0 P17) P1 P3 P4 P5 P6 P18 P19 P20 P21 P22 P23 ltac:(lra) F)
    as E.
  unfold floor, excess, Rdiv in E. replace (1 + (-1) * rho ^ 2) with (1 - rho ^ 2) by ring.
  replace (1 + (-1) * rho ^ 2 * (1 + t) * (1 + 4 * t ^ 2)) with (1 - rho ^ 2 * (1 + t) * (1 + 4 * t ^ 2)) by ring. lra.
Qed.

(** floor.adaptive *)
Lemma compare_floor_adaptive (A R_ S_ T_s Y a p q qn r rbar2 rho sigma t x : R) :
  0 <= rho ->
  0 <= sigma ->
  0 <= p ->
  0 <= x ->
  0 <= q ->
  0 <= qn ->
  0 <= A ->
  0 <= Y ->
  a ^ 2 <= Y ^ 2 ->
  0 <= r ->
  r ^ 2 = A ->
  0 <= R_ ->
  R_ ^ 2 = (A + sigma ^ 2) ->
  0 <= S_ ->
  S_ ^ 2 = (Y ^ 2 + ((-1) * a ^ 2)) ->
  0 <= rbar2 ->
  0 <= T_s ->
  T_s ^ 2 = ((A * rho ^ 2) + (rbar2 * sigma ^ 2)) ->
  (A + Y ^ 2 + ((-2) * a * r)) <= (T_s + qn + (Y * q)) ^ 2 ->
  (a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * x * sigma ^ 2) + (S_ * sigma * x)) ->
  rho < 1 ->
  0 < t ->
  t <= (1 / 3) ->
  p <= (t * sigma ^ 2) ->
  x <= t ->
  q <= t ->
  qn <= (sigma * t ^ 2) ->
  (rho ^ 2 * (1 + t) * (1 + (4 * t ^ 2))) < 1 ->
  A <= ((rbar2 * sigma ^ 2 * (/ (1 + ((-1) * rho ^ 2)))) + (t * sigma ^ 2 * (/ (1 + ((-1) * rho ^ 2))) * (/ (1 +
    ((-1) * rho ^ 2 * (1 + t) * (1 + (4 * t ^ 2))))) * ((rbar2 * (1 + (2 * t)) ^ 2) + ((1 + ((-1) * rho ^ 2)) * (3 +
    (4 * t) + ((1 + (4 * t ^ 2)) * (t ^ 2 + t ^ 3))))))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 P20 P21 P22 P23 P24 P25 P26 P27.
  assert (F : feasible p x sigma 0 q (T_s + qn) A Y a).
  { apply (point p x sigma 0 q (T_s + qn) A Y a r R_ S_); try assumption.
    replace (T_s + qn + R_ * 0 + Y * q) with (T_s + qn + Y * q) by ring. assumption. }
  pose proof (adaptive_near rho sigma rbar2 T_s p x q qn A Y a t (conj P0 P20) P1 P3 P4 P5 P6 P21 P22 P23 P24 P25 P26
    ltac:(lra) ltac:(lra) F) as E.
  unfold excess, Rdiv in E. replace (1 + (-1) * rho ^ 2) with (1 - rho ^ 2) by ring.
  replace (1 + (-1) * rho ^ 2 * (1 + t) * (1 + 4 * t ^ 2)) with (1 - rho ^ 2 * (1 + t) * (1 + 4 * t ^ 2)) by ring. lra.
Qed.

(** growing.linear *)
Lemma compare_growing_linear (A R_ S_ Y a growth level p q qn r rho sigma t x : R) :
  0 <= rho ->
  0 <= sigma ->
  0 <= p ->
  0 <= x ->
  0 <= q ->
  0 <= qn ->
  0 <= A ->
  0 <= Y ->
  0 <= growth ->
  a ^ 2 <= Y ^ 2 ->
  0 <= level ->
  level ^ 2 = (sigma ^ 2 + (A * growth)) ->
  0 <= r ->
  r ^ 2 = A ->
  0 <= R_ ->
  R_ ^ 2 = (A + level ^ 2) ->
  0 <= S_ ->
  S_ ^ 2 = (Y ^ 2 + ((-1) * a ^ 2)) ->
  (x + q ^ 2) < 1 ->
  0 < t ->
  (A + Y ^ 2 + ((-2) * a * r)) <= (qn + (R_ * rho) + (Y * q)) ^ 2 ->
  (a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * x * level ^ 2) + (S_ * level * x)) ->
  ((A * (1 + ((-1) * rho ^ 2 * (1 + t) * (1 + (2 * q ^ 2 * (/ (1 + ((-1) * x) + ((-1) * q ^ 2)))))))) + ((-1) * A *
    growth * (x + (2 * x ^ 2 * (/ (1 + ((-1) * x) + ((-1) * q ^ 2)))) + (rho ^ 2 * (1 + t) * (1 + (2 * q ^ 2 * (/ (1
    + ((-1) * x) + ((-1) * q ^ 2))))))))) <= ((2 * p) + (x * sigma ^ 2) + ((1 + (2 * q ^ 2 * (/ (1 + ((-1) * x) +
    ((-1) * q ^ 2))))) * ((qn ^ 2 * (1 + (/ t))) + (rho ^ 2 * sigma ^ 2 * (1 + t)))) + (2 * sigma ^ 2 * x ^ 2 * (/ (1
    + ((-1) * x) + ((-1) * q ^ 2))))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 P20 P21.
  pose proof (point p x level rho q qn A Y a r R_ S_ P7 P9 P12 P13 P14 P15 P16 P17 P20 P21) as F.
  assert (Lv : Sequences.level sigma growth A = level) by (apply root_is; [exact P10 | lra]).
  rewrite <- Lv in F.
  pose proof (linear_growing p x sigma growth rho q qn A Y a t P3 P8 P6 P18 P19 F) as E. cbv zeta in E. plain.
  unfold Rdiv in E. rewrite (Rpow_mult_distr x sigma) in E. lra.
Qed.

(** floor.oracle *)
Lemma compare_floor_oracle (sigma size slope up : R) :
  0 < sigma ->
  0 <= size ->
  size ^ 2 = (sigma ^ 2 + slope ^ 2) ->
  0 < size ->
  up = ((1 / 2) + ((1 / 2) * slope * (/ size))) ->
  (((size * up) + ((-1) * size * (1 + ((-1) * up)))) = slope) /\ (((up * (size + ((-1) * slope)) ^ 2) + ((((-1) *
    size) + ((-1) * slope)) ^ 2 * (1 + ((-1) * up)))) = sigma ^ 2) /\ (0 <= up) /\ (up <= 1).
Proof.
  intros P0 P1 P2 P3 P4.
  assert (Am : amplitude sigma slope = size) by (apply root_is; [exact P1 | lra]).
  pose proof (oracle_unbiased sigma P0 slope) as U. pose proof (oracle_variance sigma P0 slope) as V.
  pose proof (oracle_is_a_probability sigma P0 slope) as Pr.
  unfold two_point in U, V. unfold plus_chance in U, V, Pr. rewrite Am in U, V, Pr.
  replace ((1 + slope / size) / 2) with up in U, V, Pr by (rewrite P4; field; lra).
  repeat split; lra.
Qed.

(** floor.attained *)
Lemma compare_floor_attained (L rho root0 sigma size0 slope tau w_0 w_star : R) :
  0 < sigma ->
  0 < L ->
  0 < tau ->
  0 <= rho ->
  rho < 1 ->
  0 <= root0 ->
  root0 ^ 2 = (1 + ((-1) * rho ^ 2)) ->
  0 < root0 ->
  w_0 = (rho * tau) ->
  w_star = (w_0 + (rho * sigma * (/ L) * (/ root0))) ->
  slope = (L * (w_0 + ((-1) * w_star))) ->
  size0 = (sigma * (/ root0)) ->
  (size0 ^ 2 = (sigma ^ 2 + slope ^ 2)) /\ ((((-1) * slope) + ((-1) * size0 * w_0 * (/ tau))) = 0) /\ (slope ^ 2 =
    (rho ^ 2 * sigma ^ 2 * (/ (1 + ((-1) * rho ^ 2))))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11.
  assert (Ro : sqrt (1 - rho ^ 2) = root0) by (apply root_is; [exact P5 | lra]).
  assert (G : slope = - (rho * sigma / root0)) by (rewrite P10, P9; field; lra).
  assert (E : slope ^ 2 = floor rho sigma).
  { destruct (attained L sigma tau rho 0 P1 P0 P2 (conj P3 P4) (Rle_refl 0)) as [_ E]. rewrite <- E. f_equal.
    unfold Floor.slope, Floor.w_star, w0. rewrite Ro, G. field. lra. }
  assert (D : 0 < 1 - rho ^ 2) by nra.
  split; [|split].
  - rewrite E, P11. unfold floor. replace ((sigma * / root0) ^ 2) with (sigma ^ 2 / root0 ^ 2) by (field; lra).
    rewrite P6. field. lra.
  - rewrite G, P11, P8. field. lra.
  - rewrite E. unfold floor. replace (1 + -1 * rho ^ 2) with (1 - rho ^ 2) by ring. field. lra.
Qed.

(** floor.plus_minus *)
Lemma compare_floor_plus_minus (L rho sigma slope tau w w_star : R) :
  0 <= sigma ->
  0 < L ->
  0 < tau ->
  w = (w_star * (/ (1 + (sigma * (/ L) * (/ tau))))) ->
  slope = (L * (w + ((-1) * w_star))) ->
  rho = (w * (/ tau)) ->
  rho <= 1 ->
  (-1) <= rho ->
  (0 <= (sigma + slope)) /\ (0 <= (sigma + ((-1) * slope))) /\ ((((-1) * slope) + ((-1) * sigma * w * (/ tau))) = 0)
    /\ (slope ^ 2 = (rho ^ 2 * sigma ^ 2)).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7.
  assert (LT : 0 < L * tau) by (apply Rmult_lt_0_compat; assumption).
  assert (Sg : 0 <= sigma * / L * / tau).
  { repeat apply Rmult_le_pos; try exact P0; left; apply Rinv_0_lt_compat; assumption. }
  assert (G : slope = - (sigma * rho)).
  { rewrite P4, P5.
    assert (W : w_star = w * (1 + sigma * / L * / tau)) by (rewrite P3; field; repeat split; lra || nra).
    rewrite W. field. lra. }
  assert (B : - sigma <= slope <= sigma).
  { rewrite G. pose proof (Rmult_le_compat_l sigma _ _ P0 P6). pose proof (Rmult_le_compat_l sigma _ _ P0 P7). lra. }
  destruct (Rle_lt_or_eq_dec 0 sigma P0) as [Pos|Zero].
  - destruct (plus_minus L sigma tau 1 w w_star P1 Pos P2 Rlt_0_1) as [Z Q].
    { rewrite <- P4 || replace (L * (w - w_star)) with slope by (rewrite P4; ring). exact B. }
    assert (W : w = w_star / (1 + sigma / (L * tau))).
    { replace (sigma / (L * tau)) with (sigma * / L * / tau) by (field; lra). rewrite P3 at 1. reflexivity. }
    apply Z in W. specialize (Q W). replace (L * (w - w_star)) with slope in Q by (rewrite P4; ring).
    repeat split; try lra; rewrite ?G, ?P5; try (field; lra).
  - repeat split; try lra; rewrite ?G, ?P5, <- ?Zero; try (field; lra).
Qed.

(** multiplier.bound *)
Lemma compare_multiplier_bound (A S_ T_s Y a g_x mu p q qn r sigma u x xn : R) :
  0 <= A ->
  0 <= Y ->
  0 <= q ->
  0 <= qn ->
  0 <= mu ->
  a ^ 2 <= Y ^ 2 ->
  0 < (1 + ((-1) * q ^ 2) + ((-1) * mu * x)) ->
  0 <= r ->
  r ^ 2 = A ->
  0 <= u ->
  u ^ 2 = ((A * (1 + ((-1) * mu)) ^ 2) + (g_x ^ 2 * mu ^ 2 * sigma ^ 2)) ->
  0 <= S_ ->
  S_ ^ 2 = (Y ^ 2 + ((-1) * a ^ 2)) ->
  (A + Y ^ 2 + ((-2) * a * r)) <= (T_s + qn + (Y * q)) ^ 2 ->
  (a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * xn * sigma ^ 2) + (S_ * g_x * sigma)) ->
  A <= ((T_s + qn) ^ 2 + (mu * ((2 * p) + (xn * sigma ^ 2))) + ((u + (q * (T_s + qn))) ^ 2 * (/ (1 + ((-1) * q ^ 2) +
    ((-1) * mu * x))))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14.
  pose proof (multiplier_bound_any p x (xn * sigma ^ 2) g_x sigma T_s q qn mu A r Y a S_ u P1 P4
    ltac:(lra) P8 ltac:(lra) P9 ltac:(rewrite P10; ring)) as B.
  replace (1 + -1 * q ^ 2 + -1 * mu * x) with (1 - q ^ 2 - mu * x) by ring. apply B; [|lra].
  replace (T_s + q * Y + qn) with (T_s + qn + Y * q) by ring. lra.
Qed.

(** multiplier.sharp *)
Lemma compare_multiplier_sharp (A A1 R_ S_ T1 Y a f mu p q qn r rho sigma u u1 x : R) :
  0 <= rho ->
  0 <= sigma ->
  0 <= p ->
  0 <= x ->
  0 <= q ->
  0 <= qn ->
  0 <= A ->
  0 <= Y ->
  a ^ 2 <= Y ^ 2 ->
  0 <= r ->
  r ^ 2 = A ->
  0 <= R_ ->
  R_ ^ 2 = (A + sigma ^ 2) ->
  0 <= S_ ->
  S_ ^ 2 = (Y ^ 2 + ((-1) * a ^ 2)) ->
  0 <= mu ->
  0 < (1 + ((-1) * q ^ 2) + ((-1) * mu * x)) ->
  0 < A1 ->
  (A + Y ^ 2 + ((-2) * a * r)) <= (qn + (R_ * rho) + (Y * q)) ^ 2 ->
  (a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * x * sigma ^ 2) + (S_ * sigma * x)) ->
  0 <= T1 ->
  T1 ^ 2 = ((A1 * rho ^ 2) + (rho ^ 2 * sigma ^ 2)) ->
  0 <= u ->
  u ^ 2 = ((A * (1 + ((-1) * mu)) ^ 2) + (mu ^ 2 * sigma ^ 2 * x ^ 2)) ->
  0 <= u1 ->
  u1 ^ 2 = ((A1 * (1 + ((-1) * mu)) ^ 2) + (mu ^ 2 * sigma ^ 2 * x ^ 2)) ->
  ((T1 + qn) ^ 2 + (mu * ((2 * p) + (x * sigma ^ 2))) + ((u1 + (q * (T1 + qn))) ^ 2 * (/ (1 + ((-1) * q ^ 2) + ((-1)
    * mu * x))))) < A1 ->
  0 <= f ->
  f ^ 2 = (A * A1) ->
  A < A1.
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 P20 P21 P22 P23 P24 P25 P26 P27 P28.
  pose proof (point p x sigma rho q qn A Y a r R_ S_ P7 P8 P9 P10 P11 P12 P13 P14 P18 P19) as F.
  replace (1 + -1 * q ^ 2 + -1 * mu * x) with (1 - q ^ 2 - mu * x) in * by ring.
  apply (multiplier_sharp p x sigma rho q qn mu A1 A Y a); try assumption.
  unfold right_side, side, start, early, Multiplier.drift, plane_gain.
  rewrite (root_is T1 (rho ^ 2 * A1 + (rho * sigma) ^ 2) P20) by (rewrite P21; ring).
  rewrite (root_is u1 ((1 - mu) ^ 2 * A1 + (mu * (x * sigma)) ^ 2) P24) by (rewrite P25; ring).
  unfold Rdiv. lra.
Qed.

(** resolved.printed *)
Lemma compare_resolved_printed (A R_ S_ Y a g_x p q qn r rho sigma x xn : R) :
  0 <= rho ->
  0 <= sigma ->
  0 <= p ->
  0 <= x ->
  0 <= q ->
  0 <= qn ->
  0 <= A ->
  0 <= Y ->
  a ^ 2 <= Y ^ 2 ->
  0 <= r ->
  r ^ 2 = A ->
  0 <= R_ ->
  R_ ^ 2 = (A + sigma ^ 2) ->
  0 <= S_ ->
  S_ ^ 2 = (Y ^ 2 + ((-1) * a ^ 2)) ->
  0 <= xn ->
  0 <= g_x ->
  g_x ^ 2 = (x * xn) ->
  (A + Y ^ 2 + ((-2) * a * r)) <= (qn + (R_ * rho) + (Y * q)) ^ 2 ->
  (a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * xn * sigma ^ 2) + (S_ * g_x * sigma)) ->
  ((a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * xn * sigma ^ 2) + (Y * g_x * sigma))) /\ ((a * r) <= (p + ((1 /
    2) * x * Y ^ 2) + ((1 / 2) * xn * sigma ^ 2) + (g_x * sigma * (qn + (R_ * rho) + (Y * q))))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19.
  pose proof (point_resolved p x xn g_x sigma rho q qn A Y a r R_ S_ P7 P8 P9 P10 P11 P12 P13 P14 P16 P17 P18 P19)
    as F.
  pose proof (resolved_printed p x xn sigma rho q qn A Y a P1 P6 P0 P4 P5 F) as E.
  unfold eta, radius in E. rewrite (root_is r A P9 P10), (root_is R_ _ P11 P12), (root_is g_x _ P16 P17) in E.
  pose proof (Rmult_le_pos g_x sigma P16 P1) as G.
  pose proof (Rmult_le_compat_l _ _ _ G (Rmin_l Y (rho * R_ + q * Y + qn))).
  pose proof (Rmult_le_compat_l _ _ _ G (Rmin_r Y (rho * R_ + q * Y + qn))). split; lra.
Qed.

(** resolved.below_sharp *)
Lemma compare_resolved_below_sharp (A R_ S_ Y a g_x p q qn r rho sigma x xn : R) :
  0 <= rho ->
  0 <= sigma ->
  0 <= p ->
  0 <= x ->
  0 <= q ->
  0 <= qn ->
  0 <= A ->
  0 <= Y ->
  a ^ 2 <= Y ^ 2 ->
  0 <= r ->
  r ^ 2 = A ->
  0 <= R_ ->
  R_ ^ 2 = (A + sigma ^ 2) ->
  0 <= S_ ->
  S_ ^ 2 = (Y ^ 2 + ((-1) * a ^ 2)) ->
  0 <= xn ->
  0 <= g_x ->
  g_x ^ 2 = (x * xn) ->
  xn <= x ->
  (a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * xn * sigma ^ 2) + (S_ * g_x * sigma)) ->
  (a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * x * sigma ^ 2) + (S_ * sigma * x)).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19.
  assert (F : feasible_resolved p x xn sigma 0 0 (Y + r) A Y a).
  { apply (point_resolved p x xn g_x sigma 0 0 (Y + r) A Y a r R_ S_); try assumption.
    assert (- (a * r) <= Y * r).
    { assert (Aa : Rabs a <= Y) by (apply root_order; [exact P7 | now rewrite pow2_abs]).
      assert (Na : - a <= Y) by (pose proof (Rle_abs (- a)); rewrite Rabs_Ropp in *; lra).
    pose proof (Rmult_le_compat_r r _ _ P9 Na). lra. }
    replace ((Y + r + R_ * 0 + Y * 0) ^ 2) with (r ^ 2 + Y ^ 2 + 2 * (Y * r)) by ring. rewrite P10. lra. }
  destruct (resolved_is_feasible p x xn sigma 0 0 (Y + r) A Y a P3 P1 (conj P15 P18) F) as (_ & _ & _ & E).
  rewrite (root_is r A P9 P10), (root_is S_ (Y ^ 2 - a ^ 2) P13) in E by lra. lra.
Qed.

(** resolved.explicit *)
Lemma compare_resolved_explicit (A Q R_ S_ Y a c0 c1 c2 g_x p q qn r rho sigma x xn : R) :
  0 <= rho ->
  0 <= sigma ->
  0 <= p ->
  0 <= x ->
  0 <= q ->
  0 <= qn ->
  0 <= A ->
  0 <= Y ->
  a ^ 2 <= Y ^ 2 ->
  0 <= r ->
  r ^ 2 = A ->
  0 <= R_ ->
  R_ ^ 2 = (A + sigma ^ 2) ->
  0 <= S_ ->
  S_ ^ 2 = (Y ^ 2 + ((-1) * a ^ 2)) ->
  0 <= xn ->
  0 <= g_x ->
  g_x ^ 2 = (x * xn) ->
  (A + Y ^ 2 + ((-2) * a * r)) <= (qn + (R_ * rho) + (Y * q)) ^ 2 ->
  (a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * xn * sigma ^ 2) + (S_ * g_x * sigma)) ->
  x < 1 ->
  (x + q ^ 2) < 1 ->
  (rho ^ 2 + (q ^ 2 * (/ (1 + ((-1) * x))))) < 1 ->
  c2 = (1 + ((-1) * rho ^ 2) + ((-1) * q ^ 2 * rho ^ 2 * (/ (1 + ((-1) * x) + ((-1) * q ^ 2))))) ->
  c1 = ((qn * rho) + (q * rho * (/ (1 + ((-1) * x) + ((-1) * q ^ 2))) * ((g_x * sigma) + (q * qn)))) ->
  c0 = (qn ^ 2 + (2 * p) + (sigma ^ 2 * (1 + xn)) + (((g_x * sigma) + (q * qn)) ^ 2 * (/ (1 + ((-1) * x) + ((-1) * q
    ^ 2))))) ->
  0 <= Q ->
  Q ^ 2 = (c1 ^ 2 + (c0 * c2)) ->
  (R_ <= ((/ c2) * (Q + c1))) /\ (A <= (((-1) * sigma ^ 2) + ((/ c2 ^ 2) * (Q + c1) ^ 2))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 P20 P21 P22 P23 P24 P25 P26 P27.
  pose proof (point_resolved p x xn g_x sigma rho q qn A Y a r R_ S_ P7 P8 P9 P10 P11 P12 P13 P14 P16 P17 P18 P19)
    as F.
  assert (D : domain x rho q).
  { unfold domain. replace (1 + (-1) * x) with (1 - x) in P22 by ring. unfold Rdiv. repeat split; lra. }
  pose proof (resolved_le_explicit p x xn sigma rho q qn A Y a P1 P6 D F) as E.
  pose proof (leading_pos x rho q P21 D) as Pos.
  assert (El : A <= 2 * p + xn * sigma ^ 2 + (rho * R_ + qn) ^ 2
    + ((rho * R_ + qn) * q + g_x * sigma) ^ 2 / (1 - x - q ^ 2)).
  { pose proof (eliminated p x (xn * sigma ^ 2) (g_x * sigma) sigma rho q qn A Y P21 (a * r)) as El.
    unfold eta, radius in El. rewrite (root_is R_ _ P11 P12) in El. apply El.
    - replace (rho * R_ + q * Y + qn) with (qn + R_ * rho + Y * q) by ring. lra.
    - assert (SY : S_ <= Y) by (apply root_order; [exact P7 | pose proof (pow2_ge_0 a); lra]).
      pose proof (Rmult_le_compat_l (g_x * sigma) _ _ (Rmult_le_pos _ _ P16 P1) SY). lra. }
  plain. unfold explicit_resolved, explicit_radius in E. rewrite (root_is g_x _ P16 P17) in E.
  set (s := 1 - x - q ^ 2) in *. assert (Sp : 0 < s) by (unfold s; lra).
  assert (E2 : 1 - rho ^ 2 - rho ^ 2 * q ^ 2 / s = c2) by (rewrite P23; field; lra).
  assert (E1 : rho * qn + rho * q * (qn * q + g_x * sigma) / s = c1) by (rewrite P24; field; lra).
  assert (E0 : 2 * p + xn * sigma ^ 2 + sigma ^ 2 + qn ^ 2 + (qn * q + g_x * sigma) ^ 2 / s = c0)
    by (rewrite P25; field; lra).
  rewrite E2 in E, Pos. rewrite E1, E0 in E. rewrite (root_is Q (c1 ^ 2 + c2 * c0) P26) in E by lra.
  split.
  - apply Rle_trans with (1 := quadratic_le c2 c1 c0 R_ Pos ltac:(rewrite <- E2, <- E1, <- E0;
      replace ((1 - rho ^ 2 - rho ^ 2 * q ^ 2 / s) * R_ ^ 2)
        with (R_ ^ 2 - (rho ^ 2 + rho ^ 2 * q ^ 2 / s) * R_ ^ 2) by (field; lra);
      replace ((rho * R_ + qn) ^ 2) with (rho ^ 2 * R_ ^ 2 + 2 * (rho * qn) * R_ + qn ^ 2) in El by ring;
      replace (((rho * R_ + qn) * q + g_x * sigma) ^ 2 / s)
        with (rho ^ 2 * q ^ 2 / s * R_ ^ 2 + 2 * (rho * q * (qn * q + g_x * sigma) / s) * R_
          + (qn * q + g_x * sigma) ^ 2 / s)
        in El by (field; lra); rewrite P12 at 1; lra)).
    rewrite (root_is Q (c1 ^ 2 + c2 * c0) P26) by lra. apply Req_le. field. lra.
  - apply Rle_trans with (1 := E). apply Req_le. field. lra.
Qed.

(** sync.closed_form *)
Lemma compare_sync_closed_form (A R_ S_ Y a h p r rho sigma x : R) :
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
  (A + Y ^ 2 + ((-2) * a * r)) <= (R_ ^ 2 * rho ^ 2) ->
  (a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * x * sigma ^ 2) + (S_ * sigma * x)) ->
  x < 1 ->
  rho < 1 ->
  0 <= h ->
  h ^ 2 = ((((1 + ((-1 / 2) * x * (1 + rho ^ 2))) * (p + ((1 / 2) * x * sigma ^ 2 * (1 + rho ^ 2)))) + ((1 / 2) * rho
    ^ 2 * sigma ^ 2 * (x ^ 2 + (1 + ((-1) * x)) ^ 2))) ^ 2 + ((-1) * ((1 + ((-1 / 2) * x * (1 + rho ^ 2))) ^ 2 +
    ((-1) * rho ^ 2 * (1 + ((-1) * x)) ^ 2)) * ((p + ((1 / 2) * x * sigma ^ 2 * (1 + rho ^ 2))) ^ 2 + ((-1) * rho ^ 2
    * sigma ^ 4 * x ^ 2)))) ->
  A <= ((/ ((1 + ((-1 / 2) * x * (1 + rho ^ 2))) ^ 2 + ((-1) * rho ^ 2 * (1 + ((-1) * x)) ^ 2))) * (h + ((1 + ((-1 /
    2) * x * (1 + rho ^ 2))) * (p + ((1 / 2) * x * sigma ^ 2 * (1 + rho ^ 2)))) + ((1 / 2) * rho ^ 2 * sigma ^ 2 * (x
    ^ 2 + (1 + ((-1) * x)) ^ 2)))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18.
  assert (F : feasible p x sigma rho 0 0 A Y a).
  { apply (point p x sigma rho 0 0 A Y a r R_ S_); try assumption.
    replace ((0 + R_ * rho + Y * 0) ^ 2) with (R_ ^ 2 * rho ^ 2) by ring. exact P13. }
  apply Rle_trans with (1 := synchronous_bound p x sigma rho A Y a P2 (conj P3 P15) (conj P0 P16) P4 F).
  unfold synchronous.
  set (c := x / 2 * (1 + rho ^ 2)). set (p' := p + c * sigma ^ 2).
  replace (1 + -1 / 2 * x * (1 + rho ^ 2)) with (1 - c) in * by (unfold c; field).
  replace (p + 1 / 2 * x * sigma ^ 2 * (1 + rho ^ 2)) with p' in * by (unfold p', c; field).
  replace ((1 - c) ^ 2 + -1 * rho ^ 2 * (1 + -1 * x) ^ 2) with ((1 - c) ^ 2 - rho ^ 2 * (1 - x) ^ 2) in * by ring.
  set (k := (1 - c) ^ 2 - rho ^ 2 * (1 - x) ^ 2) in *.
  assert (Root : sqrt ((2 * p' * (1 - c) + rho ^ 2 * sigma ^ 2 * ((1 - x) ^ 2 + x ^ 2)) ^ 2
    - 4 * k * (p' ^ 2 - rho ^ 2 * sigma ^ 4 * x ^ 2)) = 2 * h).
  { apply root_is; [lra|]. rewrite Rpow_mult_distr, P18. field. }
  rewrite Root. apply Req_le. unfold Rdiv. rewrite Rinv_mult. set (i := / k). field.
Qed.

(** sync.attained *)
Lemma compare_sync_attained (A G R_ S_ Y a p r rho sigma x : R) :
  0 <= A ->
  0 <= rho ->
  0 <= sigma ->
  0 <= p ->
  0 <= x ->
  0 <= r ->
  r ^ 2 = A ->
  0 <= R_ ->
  R_ ^ 2 = (A + sigma ^ 2) ->
  0 <= G ->
  G ^ 2 = ((A * (1 + ((-1) * x)) ^ 2) + (sigma ^ 2 * x ^ 2)) ->
  0 < G ->
  (((-1) * p) + (A * (1 + ((-1 / 2) * x * (1 + rho ^ 2)))) + ((-1 / 2) * x * sigma ^ 2 * (1 + rho ^ 2))) = (G * R_ *
    rho) ->
  a = (r + ((-1) * R_ * r * rho * (/ G) * (1 + ((-1) * x)))) ->
  S_ = (R_ * rho * sigma * x * (/ G)) ->
  0 <= Y ->
  Y ^ 2 = (S_ ^ 2 + a ^ 2) ->
  (a ^ 2 <= Y ^ 2) /\ ((A + Y ^ 2 + ((-2) * a * r)) = (R_ ^ 2 * rho ^ 2)) /\ ((a * r) = (p + ((1 / 2) * x * Y ^ 2) +
    ((1 / 2) * x * sigma ^ 2) + (S_ * sigma * x))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16.
  destruct (attained_point p x sigma rho A r R_ G Y a S_ P4 P1 P2 P7 P6 P8 ltac:(lra) P11 ltac:(lra))
    as (_ & B1 & B2 & B3).
  - rewrite P13. field. lra.
  - rewrite P14. field. lra.
  - lra.
  - repeat split; lra.
Qed.
