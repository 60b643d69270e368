(** As Compare.v, for the algebra of Theorem 4: from (i4) and (ii) to bounds of A, and to iterations. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Sums InnerProduct Master Complexity Multiplier FreeBounds Transient Compare.
Local Open Scope R_scope.

(** free.multiplier *)
Lemma compare_free_multiplier (A S_ T_s Y a e0 e1 e2 g_x mu p q r sigma u x xn : R) :
  0 <= Y ->
  0 <= mu ->
  0 < (1 + ((-1) * e2) + ((-1) * q ^ 2) + ((-1) * mu * x)) ->
  r ^ 2 = A ->
  0 <= u ->
  u ^ 2 = ((A * ((1 + ((-1) * mu)) ^ 2)) + (g_x ^ 2 * mu ^ 2 * sigma ^ 2)) ->
  S_ ^ 2 = (Y ^ 2 + ((-1) * a ^ 2)) ->
  (A + Y ^ 2 + ((-2) * a * r)) <= (e0 + ((T_s + (Y * q)) ^ 2) + (Y * e1) + (e2 * Y ^ 2)) ->
  (a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * xn * sigma ^ 2) + (S_ * g_x * sigma)) ->
  A <= (e0 + T_s ^ 2 + (mu * ((2 * p) + (xn * sigma ^ 2))) + (((u + ((1 / 2) * e1) + (T_s * q)) ^ 2) * (/ (1 + ((-1) *
    e2) + ((-1) * q ^ 2) + ((-1) * mu * x))))).
Proof.
  intros P1 P2 P4 P6 P7 P8 P10 P11 P12.
  pose proof (free_multiplier p x (xn * sigma ^ 2) g_x sigma T_s q e0 e1 e2 mu A r Y a S_ u P1 P2 ltac:(lra) P6
    ltac:(lra) P7 ltac:(rewrite P8; ring)) as B.
  replace (1 + -1 * e2 + -1 * q ^ 2 + -1 * mu * x) with (1 - q ^ 2 - e2 - mu * x) by ring.
  replace (u + 1 / 2 * e1 + T_s * q) with (u + e1 / 2 + q * T_s) by field. unfold Rdiv in B.
  replace (T_s + Y * q) with (T_s + q * Y) in P11 by ring. apply Rle_trans with (1 := B ltac:(lra) ltac:(lra)). lra.
Qed.

(** free.explicit *)
Lemma compare_free_explicit (A R_ S_ Y a e0 e1 e2 p q r rho sigma x : R) :
  0 <= sigma ->
  0 <= x ->
  0 <= Y ->
  r ^ 2 = A ->
  S_ ^ 2 = (Y ^ 2 + ((-1) * a ^ 2)) ->
  (e2 + x + q ^ 2) < 1 ->
  (A + Y ^ 2 + ((-2) * a * r)) <= (e0 + (((R_ * rho) + (Y * q)) ^ 2) + (Y * e1) + (e2 * Y ^ 2)) ->
  (a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * x * sigma ^ 2) + (S_ * sigma * x)) ->
  A <= (e0 + (2 * p) + (x * sigma ^ 2) + (R_ ^ 2 * rho ^ 2) + (((((1 / 2) * e1) + (sigma * x) + (R_ * q * rho)) ^ 2) *
    (/ (1 + ((-1) * e2) + ((-1) * x) + ((-1) * q ^ 2))))).
Proof.
  intros P1 P3 P5 P8 P12 P27 P28 P29.
  pose proof (free_explicit p x sigma rho R_ q e0 e1 e2 A r Y a S_ P1 P3 P5 ltac:(lra) P8 ltac:(lra)) as B.
  replace (1 + -1 * e2 + -1 * x + -1 * q ^ 2) with (1 - x - q ^ 2 - e2) by ring.
  replace (1 / 2 * e1 + sigma * x + R_ * q * rho) with (rho * R_ * q + x * sigma + e1 / 2) by field. unfold Rdiv in B.
  replace (R_ * rho + Y * q) with (rho * R_ + q * Y) in P28 by ring.
  apply Rle_trans with (1 := B ltac:(lra) ltac:(lra)). lra.
Qed.

(** free.end *)
Lemma compare_free_end (A A1 D Lambda1 R_0 R_01 S_ T1 T_s Y a alpha e0 e1 e2 eta g_x gain k1 k2 mu nu p phi0 q r rbar2
  rho sigma sqrt_D u u1 x xn : R) :
  0 <= A ->
  0 <= Y ->
  0 <= mu ->
  0 <= q ->
  0 <= rbar2 ->
  0 <= p ->
  0 <= xn ->
  0 < A1 ->
  0 <= T_s ->
  T_s ^ 2 = ((A * rho ^ 2) + (rbar2 * sigma ^ 2)) ->
  0 <= T1 ->
  T1 ^ 2 = ((A1 * rho ^ 2) + (rbar2 * sigma ^ 2)) ->
  0 <= rho ->
  0 <= sigma ->
  0 <= phi0 ->
  0 <= nu ->
  0 <= Lambda1 ->
  0 <= k1 ->
  0 <= k2 ->
  0 <= eta ->
  0 < D ->
  0 <= sqrt_D ->
  sqrt_D ^ 2 = D ->
  0 <= R_0 ->
  R_0 ^ 2 = (A + phi0 + sigma ^ 2) ->
  e0 = (alpha ^ 2 * gain ^ 2 * ((nu ^ 2 * (1 + rho ^ 2)) + (D * eta * sigma ^ 2) + (2 * sigma * sqrt_D * (k1 + (R_0 *
    k2))))) ->
  e1 = (alpha ^ 2 * gain ^ 2 * ((2 * D * (k1 + (R_0 * k2))) + (Lambda1 * nu * (2 + (2 * rho) + (2 * rho ^ 2))) + (2 *
    D * eta * sigma * sqrt_D))) ->
  e2 = (eta * D ^ 2 * alpha ^ 2 * gain ^ 2) ->
  a ^ 2 <= Y ^ 2 ->
  0 < (1 + ((-1) * e2) + ((-1) * q ^ 2) + ((-1) * mu * x)) ->
  0 <= r ->
  r ^ 2 = A ->
  0 <= u ->
  u ^ 2 = ((A * ((1 + ((-1) * mu)) ^ 2)) + (g_x ^ 2 * mu ^ 2 * sigma ^ 2)) ->
  0 <= S_ ->
  S_ ^ 2 = (Y ^ 2 + ((-1) * a ^ 2)) ->
  (A + Y ^ 2 + ((-2) * a * r)) <= (e0 + ((T_s + (Y * q)) ^ 2) + (Y * e1) + (e2 * Y ^ 2)) ->
  (a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * xn * sigma ^ 2) + (S_ * g_x * sigma)) ->
  0 <= u1 ->
  u1 ^ 2 = ((A1 * ((1 + ((-1) * mu)) ^ 2)) + (g_x ^ 2 * mu ^ 2 * sigma ^ 2)) ->
  0 <= R_01 ->
  R_01 ^ 2 = (A1 + phi0 + sigma ^ 2) ->
  (T1 ^ 2 + (mu * ((2 * p) + (xn * sigma ^ 2))) + (((u1 + (T1 * q) + ((1 / 2) * alpha ^ 2 * gain ^ 2 * ((2 * D * (k1 +
    (R_01 * k2))) + (Lambda1 * nu * (2 + (2 * rho) + (2 * rho ^ 2))) + (2 * D * eta * sigma * sqrt_D)))) ^ 2) * (/ (1
    + ((-1) * e2) + ((-1) * q ^ 2) + ((-1) * mu * x)))) + (alpha ^ 2 * gain ^ 2 * ((nu ^ 2 * (1 + rho ^ 2)) + (D * eta
    * sigma ^ 2) + (2 * sigma * sqrt_D * (k1 + (R_01 * k2)))))) < A1 ->
  A < A1.
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 P20 P21 P22 P23 P24 P25 P26 P27 P28 P29
    P30 P31 P32 P33 P34 P35 P36 P37 P38 P39 P40 P41 P42.
  assert (Eh : sqrt D = sqrt_D) by now apply root_is. assert (Er : sqrt A = r) by now apply root_is.
  assert (E0 : frozen sigma phi0 A = R_0) by (apply root_is; [exact P23 | rewrite P24; ring]).
  assert (E1 : frozen sigma phi0 A1 = R_01) by (apply root_is; [exact P40 | rewrite P41; ring]).
  assert (ET : forall T B, 0 <= T -> T ^ 2 = B * rho ^ 2 + rbar2 * sigma ^ 2 ->
    Multiplier.drift rho (rbar2 * sigma ^ 2) B = T) by (intros T B H E; apply root_is; [exact H | rewrite E; ring]).
  assert (ES : sqrt (Y ^ 2 - a ^ 2) = S_) by (apply root_is; [exact P34 | rewrite P35; ring]).
  assert (EU : plane_gain (g_x * sigma) mu A1 = u1) by (apply root_is; [exact P38 | rewrite P39; ring]).
  apply (free_end p x (xn * sigma ^ 2) (g_x * sigma) rho (rbar2 * sigma ^ 2) q e2 mu sigma phi0 (alpha * gain) nu
    Lambda1 D k1 k2 eta) with (Y := Y) (a := a); auto using Rmult_le_pos, pow2_ge_0; try lra.
  - unfold right4, side, start, gain4, e0_at, e1_at, constant4, linear4.
    rewrite E1, Eh, (ET T1 A1 P10 P11), EU. apply Rle_lt_trans with (2 := P42), Req_le.
    replace (1 + -1 * e2 + -1 * q ^ 2 + -1 * mu * x) with (1 - q ^ 2 - e2 - mu * x) by ring. field. lra.
  - unfold e0_at, e1_at, constant4, linear4. rewrite E0, Eh, (ET T_s A P8 P9), Er.
    replace (A + Y ^ 2 - 2 * a * r) with (A + Y ^ 2 + -2 * a * r) by ring. apply Rle_trans with (1 := P36), Req_le.
    rewrite P25, P26. ring.
  - rewrite Er, ES. lra.
Qed.

(** * Iterations *)

Section iterations.
  Variables A C_4 C_f D Delta F0 K L Lambda1 M_f R_ R0_f R_0 R_f S_ W_f Y a alpha alpha_max e0 e1 e2 eta gain k1 k2
    lead made nu p phi0 phi_max q r rho room root_K sigma sqrt_D x : R.
  Hypothesis sigma_pos : 0 < sigma.
  Hypothesis L_pos : 0 < L.
  Hypothesis Delta_pos : 0 < Delta.
  Hypothesis K_pos : 0 < K.
  Hypothesis gain_pos : 0 < gain.
  Hypothesis D_pos : 0 < D.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis Lambda1_nonneg : 0 <= Lambda1.
  Hypothesis nu_nonneg : 0 <= nu.
  Hypothesis k1_nonneg : 0 <= k1.
  Hypothesis k2_nonneg : 0 <= k2.
  Hypothesis eta_nonneg : 0 <= eta.
  Hypothesis rho_small : rho ^ 2 < 1.
  Hypothesis made_nonneg : 0 <= made.
  Hypothesis made_is : made ^ 2 = (2 * Delta * (/ K) * (/ L) * (/ sigma ^ 2)).
  Hypothesis alpha_is : alpha = (made * (/ gain)).
  Hypothesis x_is : x = (L * alpha * gain).
  Hypothesis q_is : q = (Lambda1 * alpha * gain * (1 + rho)).
  Hypothesis p_is : p = (Delta * (/ K) * (/ made)).
  Hypothesis root_nonneg : 0 <= root_K.
  Hypothesis root_K_is : root_K ^ 2 = K.
  Hypothesis lead_nonneg : 0 <= lead.
  Hypothesis lead_sq : lead ^ 2 = (8 * Delta * L * sigma ^ 2).
  Hypothesis Y_nonneg : 0 <= Y.
  Hypothesis r_is : r ^ 2 = A.
  Hypothesis R_nonneg : 0 <= R_.
  Hypothesis R_is : R_ ^ 2 = (A + sigma ^ 2).
  Hypothesis S_is : S_ ^ 2 = (Y ^ 2 + ((-1) * a ^ 2)).
  Hypothesis sqrt_D_nonneg : 0 <= sqrt_D.
  Hypothesis R_0_nonneg : 0 <= R_0.
  Hypothesis R_0_is : R_0 ^ 2 = (A + phi0 + sigma ^ 2).
  Hypothesis e0_is : e0 = (alpha ^ 2 * gain ^ 2 * ((nu ^ 2 * (1 + rho ^ 2)) + (D * eta * sigma ^ 2) + (2 * sigma *
    sqrt_D * (k1 + (R_0 * k2))))).
  Hypothesis e1_is : e1 = (alpha ^ 2 * gain ^ 2 * ((2 * D * (k1 + (R_0 * k2))) + (Lambda1 * nu * (2 + (2 * rho) + (2 *
    rho ^ 2))) + (2 * D * eta * sigma * sqrt_D))).
  Hypothesis e2_is : e2 = (eta * D ^ 2 * alpha ^ 2 * gain ^ 2).
  Hypothesis early : phi0 <= (D * F0 ^ 2 * (/ K)).
  Hypothesis near : (A + Y ^ 2 + ((-2) * a * r)) <= (e0 + (((R_ * rho) + (Y * q)) ^ 2) + (Y * e1) + (e2 * Y ^ 2)).
  Hypothesis descends : (a * r) <= (p + ((1 / 2) * x * Y ^ 2) + ((1 / 2) * x * sigma ^ 2) + (S_ * sigma * x)).
  Hypothesis phi_max_is : phi_max = ((1 / 2) * D * L * (/ Delta) * F0 ^ 2 * alpha_max ^ 2 * sigma ^ 2).
  Hypothesis R_f_is : R_f ^ 2 = (sigma ^ 2 * (/ (1 + ((-1) * rho ^ 2)))).
  Hypothesis R_f_pos : 0 < R_f.
  Hypothesis R0_f_is : R0_f ^ 2 = (phi_max + (sigma ^ 2 * (/ (1 + ((-1) * rho ^ 2))))).
  Hypothesis R0_f_pos : 0 < R0_f.
  Hypothesis room_is : room = (1 + ((-1) * L * alpha_max) + ((-1) * eta * D ^ 2 * alpha_max ^ 2) + ((-1) * Lambda1 ^ 2
    * alpha_max ^ 2 * ((1 + rho) ^ 2))).
  Hypothesis room_pos : 0 < room.
  Hypothesis W_f_is : W_f = ((L * sigma) + (alpha_max * ((D * k1) + (Lambda1 * nu) + (Lambda1 * nu * rho) + (Lambda1 *
    nu * rho ^ 2) + (D * eta * sigma * sqrt_D))) + (D * R0_f * alpha_max * k2) + (Lambda1 * R_f * rho * (1 + rho))).
  Hypothesis C_f_is : C_f = ((W_f ^ 2 * (/ room)) + (nu ^ 2 * (1 + rho ^ 2)) + (D * eta * sigma ^ 2) + (2 * k1 * sigma
    * sqrt_D) + (2 * R0_f * k2 * sigma * sqrt_D)).
  Hypothesis M_f_is : M_f = ((W_f * (/ room) * ((D * alpha_max * k2 * (/ R0_f)) + (Lambda1 * rho * (/ R_f) * (1 +
    rho)))) + (k2 * sigma * sqrt_D * (/ R0_f))).
  Hypothesis margin_pos : 0 < (1 + ((-1) * rho ^ 2) + ((-1) * M_f * alpha_max ^ 2)).
  Hypothesis C_4_is : C_4 = ((/ (1 + ((-1) * rho ^ 2))) * (/ (1 + ((-1) * rho ^ 2) + ((-1) * M_f * alpha_max ^ 2))) *
    ((C_f * (1 + ((-1) * rho ^ 2))) + (2 * L * M_f * alpha_max * sigma ^ 2))).

  Lemma best_made : best_step sigma L Delta K = made.
  Proof. apply root_is; [exact made_nonneg|]. rewrite made_is. field. repeat split; lra. Qed.

  Lemma effective_made : alpha * gain = made.
  Proof. rewrite alpha_is. field. lra. Qed.

  Lemma lead_made : Complexity.lead sigma L Delta = lead.
  Proof. apply root_is; [exact lead_nonneg | rewrite lead_sq; ring]. Qed.

  Lemma room_same : room4 L rho Lambda1 eta D alpha_max = room.
  Proof. rewrite room_is. unfold room4. ring. Qed.

  Lemma cross_same : cross4 sigma L rho Lambda1 nu k1 k2 eta D sqrt_D alpha_max R_f R0_f = W_f.
  Proof. rewrite W_f_is. unfold cross4, linear4_fixed. ring. Qed.

  Lemma second_same : second4 sigma L rho Lambda1 nu k1 k2 eta D sqrt_D alpha_max R_f R0_f = C_f.
  Proof. unfold second4. rewrite cross_same, room_same, C_f_is. field. lra. Qed.

  Lemma slope_same : slope4 sigma L rho Lambda1 nu k1 k2 eta D sqrt_D alpha_max R_f R0_f = M_f.
  Proof. unfold slope4. rewrite cross_same, room_same, M_f_is. field. repeat split; lra. Qed.

  Lemma rest_same : rest4 sigma L rho Lambda1 nu k1 k2 eta D sqrt_D alpha_max R_f R0_f = C_4.
  Proof. unfold rest4. rewrite second_same, slope_same, C_4_is. field. split; lra. Qed.

  Lemma near_same : A + Y ^ 2 - 2 * a * r <= (rho * R_ + (1 + rho) * made * Lambda1 * Y) ^ 2
    + constant4 made rho nu sigma D sqrt_D k1 k2 eta R_0 + linear4 made rho Lambda1 nu sigma D sqrt_D k1 k2 eta R_0 * Y
    + made ^ 2 * (eta * D ^ 2) * Y ^ 2.
  Proof.
    replace (A + Y ^ 2 - 2 * a * r) with (A + Y ^ 2 + -2 * a * r) by ring. apply Rle_trans with (1 := near), Req_le.
    rewrite e0_is, e1_is, e2_is, q_is, <- effective_made. unfold constant4, linear4. ring.
  Qed.

  Lemma descends_same : 0 < made -> a * r <= Delta / (made * K) + made * L / 2 * Y ^ 2 + made * L / 2 * sigma ^ 2
    + made * L * sigma * S_.
  Proof.
    intros P. apply Rle_trans with (1 := descends), Req_le. rewrite p_is, x_is.
    replace (L * alpha * gain) with (L * made) by (rewrite <- effective_made; ring). field. split; lra.
  Qed.

  (** free.complexity *)
  Lemma compare_free_complexity :
    made <= alpha_max ->
    A <= ((lead * (/ root_K) * (/ (1 + ((-1) * rho ^ 2)))) + (rho ^ 2 * sigma ^ 2 * (/ (1 + ((-1) * rho ^ 2)))) + (2 *
      C_4 * Delta * (/ K) * (/ L) * (/ sigma ^ 2))).
  Proof using All.
    intros Sh. assert (P0 : 0 < made).
    { rewrite <- best_made. now apply (alpha_pos sigma L Delta K). }
    assert (Rk : sqrt K = root_K) by now apply root_is.
    assert (Pk : 0 < root_K) by (rewrite <- Rk; now apply sqrt_lt_R0).
    pose proof (free_complexity sigma L Delta K rho Lambda1 nu k1 k2 eta D sqrt_D F0 alpha_max R_f R0_f sigma_pos L_pos
      Delta_pos K_pos rho_nonneg rho_small Lambda1_nonneg nu_nonneg k1_nonneg k2_nonneg eta_nonneg D_pos sqrt_D_nonneg
      R_f_pos ltac:(rewrite R_f_is; field; lra) R0_f_pos ltac:(rewrite R0_f_is, phi_max_is; field; lra)
      ltac:(rewrite best_made; exact Sh) ltac:(rewrite room_same; exact room_pos) ltac:(rewrite slope_same; lra)
      A r Y a S_ R_ R_0 phi0
      Y_nonneg r_is ltac:(lra) R_nonneg R_is R_0_nonneg R_0_is early) as B.
    rewrite best_made, lead_made, rest_same, Rk in B.
    apply Rle_trans with (1 := B near_same (descends_same P0)), Req_le. field. repeat split; lra.
  Qed.

  (** free.iterations *)
  Lemma compare_free_iterations (eps : R) :
    0 < alpha_max ->
    0 < eps ->
    (((/ eps ^ 2) * lead ^ 2 * (/ ((1 + ((-1) * rho ^ 2)) ^ 2))) + (4 * C_4 * Delta * (/ L) * (/ eps) * (/ sigma ^
      2))) <= K ->
    (2 * Delta * (/ L) * (/ alpha_max ^ 2) * (/ sigma ^ 2)) <= K ->
    (A <= (eps + (rho ^ 2 * sigma ^ 2 * (/ (1 + ((-1) * rho ^ 2)))))) /\ ((eps ^ 2 * (((/ eps ^ 2) * lead ^ 2 * (/ ((1
      + ((-1) * rho ^ 2)) ^ 2))) + (4 * C_4 * Delta * (/ L) * (/ eps) * (/ sigma ^ 2)))) = ((8 * Delta * L * sigma ^ 2
      * (/ ((1 + ((-1) * rho ^ 2)) ^ 2))) + (4 * C_4 * Delta * eps * (/ L) * (/ sigma ^ 2)))).
  Proof using All.
    intros Pm He Enough Short. assert (S2 : 0 < sigma ^ 2) by now apply pow_lt.
    assert (P0 : 0 < made).
    { rewrite <- best_made. now apply (alpha_pos sigma L Delta K). }
    assert (Sh : made <= alpha_max).
    { apply root_order; [lra|]. rewrite made_is. apply Rmult_le_reg_l with (K * / alpha_max ^ 2).
      - apply Rmult_lt_0_compat; [exact K_pos | apply Rinv_0_lt_compat; now apply pow_lt].
      - apply Rle_trans with (2 * Delta * / L * / alpha_max ^ 2 * / sigma ^ 2).
        + right. field. repeat split; lra.
        + apply Rle_trans with (1 := Short), Req_le. field. lra. }
    pose proof (free_iterations sigma L Delta K rho Lambda1 nu k1 k2 eta D sqrt_D F0 alpha_max R_f R0_f sigma_pos L_pos
      Delta_pos K_pos rho_nonneg rho_small Lambda1_nonneg nu_nonneg k1_nonneg k2_nonneg eta_nonneg D_pos sqrt_D_nonneg
      R_f_pos ltac:(rewrite R_f_is; field; lra) R0_f_pos ltac:(rewrite R0_f_is, phi_max_is; field; lra)
      ltac:(rewrite best_made; exact Sh) ltac:(rewrite room_same; exact room_pos) ltac:(rewrite slope_same; lra)
      A r Y a S_ R_ R_0 phi0 eps
      He ltac:(rewrite lead_made, rest_same; apply Rle_trans with (2 := Enough), Req_le; field; repeat split; lra)
      Y_nonneg r_is ltac:(lra) R_nonneg R_is R_0_nonneg R_0_is early) as B.
    rewrite best_made, lead_made, rest_same in B. destruct (B near_same (descends_same P0)) as [C E]. split.
    - apply Rle_trans with (1 := C), Req_le. unfold Rdiv. replace (1 + -1 * rho ^ 2) with (1 - rho ^ 2) by ring. ring.
    - transitivity (8 * Delta * L * sigma ^ 2 / (1 - rho ^ 2) ^ 2 + 2 * (2 * Delta * C_4 / (L * sigma ^ 2)) * eps).
      + rewrite <- E. field. repeat split; lra.
      + field. repeat split; lra.
  Qed.

End iterations.

(** floor.transient_attained *)
Lemma compare_floor_transient_attained (A p rest rho sigma size slope up : R) :
  0 <= rho -> rho < 1 -> 0 <= rest -> slope = (-1) * rest -> size ^ 2 = sigma ^ 2 + slope ^ 2 -> 0 < size ->
  up = 1 / 2 + 1 / 2 * slope * / size -> rho * size <= rest -> p = rest * (rest + (-1) * rho * size) ->
  A = rest ^ 2 ->
  (up * (size + rho * size) + (1 + (-1) * up) * ((-1) * size + rho * size) = (-1) * rest + rho * size) /\
  (0 <= p) /\
  (size ^ 2 = A + sigma ^ 2) /\
  (A + (rest + (-1) * rho * size) ^ 2 + (-1) * rest * (2 * rest + (-2) * rho * size) = rho ^ 2 * size ^ 2) /\
  (rest * (rest + (-1) * rho * size) = p) /\
  (A ^ 2 * (1 + (-1) * rho ^ 2) = (-1) * p ^ 2 + A * (2 * p + rho ^ 2 * sigma ^ 2)) /\
  (/ (1 + (-1) * rho ^ 2) * (p + 1 / 2 * rho ^ 2 * sigma ^ 2) <= A).
Proof.
  intros Hr0 Hr Hrest Esl Esz Hsz Eup Falls Ep EA.
  destruct (falls_at_the_rate rho sigma size rest (rest - rho * size) p A Hr0 Hr Hrest Hsz)
    as (Mean & Start & Size & I & II & Quad & Root); [rewrite Esz, Esl; ring | lra | reflexivity | lra | lra |].
  split; [|split; [|split; [|split; [|split; [|split]]]]]; try lra.
  - replace up with ((1 + - rest / size) / 2) by (rewrite Eup, Esl; field; lra). lra.
  - apply Rle_trans with (2 := Root), Req_le. unfold Rdiv. replace (1 + -1 * rho ^ 2) with (1 - rho ^ 2) by ring. ring.
Qed.
