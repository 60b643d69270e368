(** Theorem 3 to the end: the step size, the number of iterations, its order in 1/eps, and the best batch. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Sums InnerProduct Master.
Local Open Scope R_scope.

(** * The trade-off t *)

(* Claim: complexity.best_t *)
Theorem best_trade_off R rho qn t :
  0 < t -> 0 < R -> 0 < rho -> 0 < qn ->
  2 * rho * R * qn <= t * (rho * R) ^ 2 + qn ^ 2 / t /\
  (let best := qn / (rho * R) in best * (rho * R) ^ 2 + qn ^ 2 / best = 2 * rho * R * qn).
Proof.
  intros Ht HR Hr Hq. split.
  - apply Rmult_le_reg_l with t; [exact Ht|].
    replace (t * (t * (rho * R) ^ 2 + qn ^ 2 / t)) with ((t * (rho * R) - qn) ^ 2 + t * (2 * rho * R * qn))
      by (field; lra).
    pose proof (pow2_ge_0 (t * (rho * R) - qn)). lra.
  - simpl. field. repeat split; lra.
Qed.

(** * Iterations *)

(* Claim: complexity.iterations *)
Theorem enough_iterations lead rest K eps :
  0 < eps -> 0 < K -> 0 <= lead -> 0 <= rest -> lead ^ 2 / eps ^ 2 + 2 * rest / eps <= K ->
  lead / sqrt K + rest / K <= eps.
Proof.
  intros He HK Hl Hr Enough.
  assert (S0 : 0 < sqrt K) by now apply sqrt_lt_R0. assert (S2 : sqrt K ^ 2 = K) by (apply pow2_sqrt; lra).
  set (s := sqrt K) in *. rewrite <- S2 in *.
  apply Rmult_le_reg_l with (2 * s ^ 2 * / eps).
  { apply Rmult_lt_0_compat; [apply Rmult_lt_0_compat; [lra | now apply pow_lt]|]. now apply Rinv_0_lt_compat. }
  (* 2 s lead / eps <= s^2 + (lead/eps)^2 *)
  replace (2 * s ^ 2 * / eps * (lead / s + rest / s ^ 2)) with (2 * s * (lead / eps) + 2 * rest / eps) by (field; lra).
  replace (2 * s ^ 2 * / eps * eps) with (2 * s ^ 2) by (field; lra).
  replace (lead ^ 2 / eps ^ 2) with ((lead / eps) ^ 2) in Enough by (field; lra).
  pose proof (pow2_ge_0 (s - lead / eps)). lra.
Qed.

Section step_size.
  Variables sigma L Delta K t rho Lambda1 nu : R.
  Hypothesis sigma_pos : 0 < sigma.
  Hypothesis L_pos : 0 < L.
  Hypothesis Delta_pos : 0 < Delta.
  Hypothesis K_pos : 0 < K.
  Hypothesis t_pos : 0 < t.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis Lambda1_nonneg : 0 <= Lambda1.
  Hypothesis nu_nonneg : 0 <= nu.

  Definition best_step : R := sqrt (2 * Delta / (L * sigma ^ 2 * K)).
  Definition lead : R := sqrt (8 * Delta * L * sigma ^ 2).
  Definition lag_constant : R :=
    4 * ((1 + rho) * Lambda1) ^ 2 * (1 + t) * rho ^ 2 * sigma ^ 2 + 5 / 4 * (1 + / t) * ((1 + rho) * nu) ^ 2.
  Definition rest : R := 2 * Delta * (lag_constant + 4 * L ^ 2 * sigma ^ 2) / (L * sigma ^ 2).

  Let alpha := best_step.
  Let x := alpha * L.
  Let q := (1 + rho) * alpha * Lambda1.
  Let qn := (1 + rho) * alpha * nu.
  Let p := Delta / (alpha * K).
  Let s := 1 - x - q ^ 2.
  Let kappa := 2 * q ^ 2 / s.
  Hypothesis x_small : x <= / 4.
  Hypothesis q_small : q <= / 4.

  Lemma sigma2_pos : 0 < sigma ^ 2.
  Proof. now apply pow_lt. Qed.

  Lemma alpha_pos : 0 < alpha.
  Proof.
    pose proof sigma2_pos. apply sqrt_lt_R0, Rdiv_lt_0_compat; [lra|]. repeat apply Rmult_lt_0_compat; auto; lra.
  Qed.

  Lemma alpha_sq : alpha ^ 2 = 2 * Delta / (L * sigma ^ 2 * K).
  Proof.
    pose proof sigma2_pos. apply pow2_sqrt. left. apply Rdiv_lt_0_compat; [lra|].
    repeat apply Rmult_lt_0_compat; auto; lra.
  Qed.

  Lemma lead_is : lead / sqrt K = 2 * alpha * L * sigma ^ 2.
  Proof.
    pose proof sigma2_pos as S2. pose proof alpha_pos as Ap. pose proof alpha_sq as A2.
    assert (SK : 0 < sqrt K) by now apply sqrt_lt_R0. assert (SK2 : sqrt K ^ 2 = K) by (apply pow2_sqrt; lra).
    assert (E : lead = 2 * alpha * L * sigma ^ 2 * sqrt K).
    { apply sqrt_lem_1.
      - left. repeat apply Rmult_lt_0_compat; auto; lra.
      - left. repeat apply Rmult_lt_0_compat; auto; lra.
      - replace (2 * alpha * L * sigma ^ 2 * sqrt K * (2 * alpha * L * sigma ^ 2 * sqrt K))
          with (4 * alpha ^ 2 * (L * sigma ^ 2) ^ 2 * sqrt K ^ 2) by ring.
        rewrite A2, SK2. field. repeat split; lra. }
    rewrite E. field. lra.
  Qed.

  Lemma start_and_noise : 2 * p + x * sigma ^ 2 = lead / sqrt K.
  Proof.
    rewrite lead_is. pose proof sigma2_pos as S2. pose proof alpha_pos as Ap. pose proof alpha_sq as A2.
    assert (E : Delta / K = alpha ^ 2 * (L * sigma ^ 2) / 2) by (rewrite A2; field; repeat split; lra).
    unfold p, x. replace (Delta / (alpha * K)) with (Delta / K / alpha) by (field; lra).
    rewrite E. field. lra.
  Qed.

  (** The step size balances start and noise; the lag stays in the terms of second order. *)
  (* Claim: complexity.step_size *)
  Theorem transient :
    2 * p + x * sigma ^ 2 + (1 + kappa) * ((1 + t) * rho ^ 2 * sigma ^ 2 + (1 + / t) * qn ^ 2) + 2 * (x * sigma) ^ 2 / s
    <= (1 + t) * rho ^ 2 * sigma ^ 2 + lead / sqrt K + rest / K.
  Proof.
    pose proof sigma2_pos as S2. pose proof alpha_pos as Ap. pose proof alpha_sq as A2.
    assert (X0 : 0 < x) by now apply Rmult_lt_0_compat.
    assert (Q0 : 0 <= q) by (unfold q; repeat apply Rmult_le_pos; lra).
    assert (Q2 : q ^ 2 <= / 16) by (replace (/ 16) with ((/ 4) ^ 2) by field; apply pow_incr; lra).
    assert (S : / 2 <= s) by (unfold s; lra).
    assert (I : / s <= 2) by (rewrite <- (Rinv_inv 2); apply Rinv_le_contravar; lra).
    assert (I0 : 0 < / s) by (apply Rinv_0_lt_compat; lra).
    pose proof (pow2_ge_0 q) as Qq. pose proof (pow2_ge_0 (x * sigma)) as Xs.
    assert (K1 : kappa <= 4 * q ^ 2).
    { unfold kappa, Rdiv. apply Rle_trans with (2 * q ^ 2 * 2); [|lra]. apply Rmult_le_compat_l; lra. }
    assert (C : 2 * (x * sigma) ^ 2 / s <= 4 * (x * sigma) ^ 2).
    { unfold Rdiv. apply Rle_trans with (2 * (x * sigma) ^ 2 * 2); [|lra]. apply Rmult_le_compat_l; lra. }
    assert (It : 0 < / t) by now apply Rinv_0_lt_compat.
    set (floor := (1 + t) * rho ^ 2 * sigma ^ 2). set (noisy := (1 + / t) * qn ^ 2).
    assert (F0 : 0 <= floor) by (unfold floor; repeat apply Rmult_le_pos; try lra; apply pow2_ge_0).
    assert (N0 : 0 <= noisy) by (unfold noisy; apply Rmult_le_pos; [lra | apply pow2_ge_0]).
    pose proof (Rmult_le_compat_r floor _ _ F0 K1) as T1.
    pose proof (Rmult_le_compat_r noisy kappa (/ 4) N0 ltac:(lra)) as T2.
    assert (Second : 4 * q ^ 2 * floor + 5 / 4 * noisy + 4 * (x * sigma) ^ 2 = rest / K).
    { transitivity (alpha ^ 2 * (lag_constant + 4 * L ^ 2 * sigma ^ 2)).
      - unfold floor, noisy, lag_constant, q, qn, x. field. lra.
      - rewrite A2. unfold rest. field. repeat split; lra. }
    rewrite start_and_noise. lra.
  Qed.

  (** The published form: O(1/sqrt K + 1/K) down to the floor that the device causes. *)
  (* Claim: complexity.published *)
  Theorem published A Y a :
    0 <= A -> feasible p x sigma rho q qn A Y a ->
    A * (1 - (1 + t) * (1 + kappa) * rho ^ 2) <= (1 + t) * rho ^ 2 * sigma ^ 2 + lead / sqrt K + rest / K.
  Proof.
    intros HA Fe. apply Rle_trans with (2 := transient). unfold kappa, s.
    assert (X0 : 0 < x) by (apply Rmult_lt_0_compat; [apply alpha_pos | exact L_pos]).
    assert (Q0 : 0 <= q) by (pose proof alpha_pos; unfold q; repeat apply Rmult_le_pos; lra).
    assert (Q2 : q ^ 2 <= / 16) by (replace (/ 16) with ((/ 4) ^ 2) by field; apply pow_incr; lra).
    apply (sharp_le_linear p x sigma rho q qn A Y a); auto; lra.
  Qed.

  (** Enough iterations bring the average within eps of the floor. *)
  Theorem within_eps A Y a eps :
    0 < eps -> 8 * Delta * L * sigma ^ 2 / eps ^ 2 + 2 * rest / eps <= K ->
    0 <= A -> feasible p x sigma rho q qn A Y a ->
    A * (1 - (1 + t) * (1 + kappa) * rho ^ 2) <= (1 + t) * rho ^ 2 * sigma ^ 2 + eps.
  Proof.
    intros He Enough HA Fe. apply Rle_trans with (1 := published A Y a HA Fe).
    pose proof sigma2_pos as S2. assert (It : 0 < / t) by now apply Rinv_0_lt_compat.
    assert (Big : 0 <= 8 * Delta * L * sigma ^ 2) by (left; repeat apply Rmult_lt_0_compat; auto; lra).
    assert (Rest : 0 <= rest).
    { unfold rest, lag_constant. apply Rmult_le_pos; [|left; apply Rinv_0_lt_compat; now apply Rmult_lt_0_compat].
      apply Rmult_le_pos; [lra|]. repeat apply Rplus_le_le_0_compat; repeat apply Rmult_le_pos;
        try apply pow2_ge_0; lra. }
    pose proof (enough_iterations lead rest K eps He K_pos (sqrt_pos _) Rest) as T.
    unfold lead at 1 in T. rewrite pow2_sqrt in T by exact Big. specialize (T Enough). lra.
  Qed.
End step_size.

(** * The order in 1/eps, and asynchrony against synchrony *)

Definition iterations (sigma L Delta t rho Lambda1 nu eps : R) : R :=
  8 * Delta * L * sigma ^ 2 / eps ^ 2 + 2 * rest sigma L Delta t rho Lambda1 nu / eps.

(** K eps^2 tends to 8 Delta L sigma^2, in which there is no lag; lag costs a factor 1 + O(eps) at most. *)
(* Claim: complexity.order *)
Theorem order sigma L Delta t rho Lambda1 nu eps :
  0 < eps -> 0 < sigma -> 0 < L -> 0 < Delta -> 0 < t -> 0 <= rho -> 0 <= Lambda1 -> 0 <= nu ->
  let lagged := iterations sigma L Delta t rho Lambda1 nu eps in
  let still := iterations sigma L Delta t rho 0 0 eps in
  lagged * eps ^ 2 = 8 * Delta * L * sigma ^ 2 + 2 * rest sigma L Delta t rho Lambda1 nu * eps /\
  still <= lagged /\
  lagged <= still * (1 + 2 * rest sigma L Delta t rho Lambda1 nu * eps / (8 * Delta * L * sigma ^ 2)).
Proof.
  intros He Hs HL HD Ht Hr H1 Hn lagged still.
  assert (S2 : 0 < sigma ^ 2) by now apply pow_lt. assert (It : 0 < / t) by now apply Rinv_0_lt_compat.
  assert (E2 : 0 < eps ^ 2) by now apply pow_lt.
  set (big := 8 * Delta * L * sigma ^ 2). assert (Big : 0 < big) by (unfold big; repeat apply Rmult_lt_0_compat;
    auto; lra).
  set (r := rest sigma L Delta t rho Lambda1 nu). set (r0 := rest sigma L Delta t rho 0 0).
  assert (R0 : 0 <= r0 <= r).
  { unfold r, r0, rest, Rdiv. assert (I : 0 < / (L * sigma ^ 2)) by (apply Rinv_0_lt_compat;
      now apply Rmult_lt_0_compat).
    assert (C : 0 <= lag_constant sigma t rho Lambda1 nu).
    { unfold lag_constant. apply Rplus_le_le_0_compat; repeat apply Rmult_le_pos; try apply pow2_ge_0; lra. }
    assert (C0 : lag_constant sigma t rho 0 0 = 0) by (unfold lag_constant; ring).
    assert (D : 0 < 4 * L ^ 2 * sigma ^ 2) by (repeat apply Rmult_lt_0_compat; auto using pow_lt; lra).
    rewrite C0. split.
    - apply Rmult_le_pos; [apply Rmult_le_pos|]; lra.
    - apply Rmult_le_compat_r; [lra|]. apply Rmult_le_compat_l; lra. }
  assert (Ie : 0 < / eps) by now apply Rinv_0_lt_compat.
  repeat split.
  - unfold lagged, iterations. fold r big. field. lra.
  - unfold still, lagged, iterations. fold r r0 big. apply Rplus_le_compat_l. unfold Rdiv.
    apply Rmult_le_compat_r; lra.
  - unfold still, lagged, iterations. fold r r0 big.
    replace ((big / eps ^ 2 + 2 * r0 / eps) * (1 + 2 * r * eps / big))
      with (big / eps ^ 2 + 2 * r / eps + 2 * r0 / eps * (1 + 2 * r * eps / big)) by (field; lra).
    assert (0 <= 2 * r0 / eps) by (apply Rmult_le_pos; lra).
    assert (0 <= 2 * r * eps / big) by (apply Rmult_le_pos; [apply Rmult_le_pos; lra | left;
      now apply Rinv_0_lt_compat]).
    pose proof (Rmult_le_pos (2 * r0 / eps) (1 + 2 * r * eps / big)). lra.
Qed.

(** * The synchronous pipeline: P/B + Q iterations of M + B - 1 slots *)

(* Claim: complexity.best_batch *)
Theorem best_batch P Q B M :
  0 < P -> 0 < Q -> 0 < B -> 1 <= M -> (sqrt P + sqrt ((M - 1) * Q)) ^ 2 <= (M + B - 1) * (P / B + Q).
Proof.
  intros HP HQ HB HM.
  assert (F : sqrt P ^ 2 = P) by (apply pow2_sqrt; lra).
  assert (N : 0 <= (M - 1) * Q) by (apply Rmult_le_pos; lra).
  assert (G : sqrt ((M - 1) * Q) ^ 2 = (M - 1) * Q) by now apply pow2_sqrt.
  set (f := sqrt P) in *. set (g := sqrt ((M - 1) * Q)) in *.
  apply Rmult_le_reg_l with (B * Q); [now apply Rmult_lt_0_compat|].
  replace (B * Q * ((M + B - 1) * (P / B + Q))) with ((M - 1) * Q * (P + B * Q) + B * Q * (P + B * Q)) by (field; lra).
  rewrite <- G, <- F. pose proof (pow2_ge_0 (f * g - B * Q)). lra.
Qed.
