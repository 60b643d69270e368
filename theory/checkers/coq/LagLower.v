(** What a lag costs when there is neither noise nor drift (docs/theory.md#lag.lower): no step size makes the average
    squared gradient small before K is of the order of the lag, and one step size is within a factor of four of that.

    [lag_lower] speaks of the run itself: one weight on f(w) = (L/2) w^2 whose gradients are read at weights that are
    d updates old, with w_0 before the start. *)

From Coq Require Import Reals Lra Lia Psatz.
From Analog Require Import Sums InnerProduct Master.
Local Open Scope R_scope.

(** * While every gradient is read at the first weights *)

Definition line (L alpha w0 : R) (k : nat) : R := w0 * (1 - alpha * L * INR k).

Lemma pairs_nonneg J : 0 <= INR J * (INR J - 1).
Proof.
  destruct J as [|J]; [simpl; lra|]. rewrite S_INR. replace (INR J + 1 - 1) with (INR J) by ring.
  pose proof (pos_INR J). nra.
Qed.

(* Claim: lag.first_steps *)
Theorem first_steps L alpha w0 (w : nat -> R) J :
  w 0%nat = w0 -> (forall k, (k < J)%nat -> w (S k) = w k - alpha * (L * w0)) ->
  w J = line L alpha w0 J /\
  sum J (fun k => (L * w k) ^ 2) = (L * w0) ^ 2 * (INR J - alpha * L * INR J * (INR J - 1)
    + (alpha * L) ^ 2 * INR J * (INR J - 1) * (2 * INR J - 1) / 6) /\
  0 <= INR J * (INR J - 1).
Proof.
  intros Start. induction J as [|J IH]; intros Step.
  - unfold line. simpl. rewrite Start. split; [ring|]. split; [field | lra].
  - destruct IH as (W & Q & _); [intros; apply Step; lia|]. split; [|split; [|apply pairs_nonneg]].
    + rewrite Step, W by lia. unfold line. rewrite S_INR. ring.
    + change (sum (S J) (fun k => (L * w k) ^ 2)) with (sum J (fun k => (L * w k) ^ 2) + (L * w J) ^ 2).
      rewrite Q, W. unfold line. rewrite S_INR. field.
Qed.

(** * The lower bound *)

Definition average_square (K : nat) (slope : nat -> R) : R := / INR K * sum K (fun k => slope k ^ 2).

(** If the first J of K gradients are read at w_0, whatever the others are. *)
(* Claim: lag.lower *)
Theorem late_gradients L alpha w0 (slope : nat -> R) J K :
  (0 < J)%nat -> (J <= K)%nat -> (forall k, (k < J)%nat -> slope k = L * line L alpha w0 k) ->
  L * (L / 2 * w0 ^ 2) * INR J * (INR J + 1) / ((2 * INR J - 1) * INR K) <= average_square K slope.
Proof.
  intros HJ JK Late. assert (J1 : 1 <= INR J) by (apply (le_INR 1); lia).
  assert (JK' : INR J <= INR K) by (now apply le_INR).
  assert (First : L ^ 2 * w0 ^ 2 * INR J * (INR J + 1) / (2 * (2 * INR J - 1)) <= sum K (fun k => slope k ^ 2)).
  { apply Rle_trans with (sum J (fun k => slope k ^ 2)).
    2:{ apply sum_shorter; [exact JK|]. intros. apply pow2_ge_0. }
    rewrite (sum_ext J _ (fun k => (L * line L alpha w0 k) ^ 2)) by (intros; rewrite Late by assumption; reflexivity).
    destruct (first_steps L alpha w0 (line L alpha w0) J) as (_ & Q & P).
    - unfold line. simpl. ring.
    - intros. unfold line. rewrite S_INR. ring.
    - rewrite Q. apply Rmult_le_reg_r with (2 * (2 * INR J - 1)); [lra|].
      replace (L ^ 2 * w0 ^ 2 * INR J * (INR J + 1) / (2 * (2 * INR J - 1)) * (2 * (2 * INR J - 1)))
        with (L ^ 2 * w0 ^ 2 * INR J * (INR J + 1)) by (field; lra).
      pose proof (Rmult_le_pos _ _ P (pow2_ge_0 (L * w0 * (alpha * L * (2 * INR J - 1) - 3)))) as Square.
      match goal with |- ?a <= ?b => replace b with (a + / 3 * (INR J * (INR J - 1)
        * (L * w0 * (alpha * L * (2 * INR J - 1) - 3)) ^ 2)) by field end. lra. }
  unfold average_square. apply Rmult_le_reg_l with (INR K); [lra|].
  replace (INR K * (/ INR K * sum K (fun k => slope k ^ 2))) with (sum K (fun k => slope k ^ 2)) by (field; lra).
  apply Rle_trans with (2 := First), Req_le. field. lra.
Qed.

(** If that average is at most eps, a small number, then K is large. *)
(* Claim: lag.lower_rate *)
Theorem late_gradients_rate L alpha w0 (slope : nat -> R) J K d eps :
  0 < L -> 0 < w0 ^ 2 -> 0 < eps -> (0 < J)%nat -> (J <= K)%nat -> J = K \/ INR J = d + 1 ->
  (forall k, (k < J)%nat -> slope k = L * line L alpha w0 k) ->
  average_square K slope <= eps -> eps <= L * (L / 2 * w0 ^ 2) / 2 ->
  (d + 1) * L * (L / 2 * w0 ^ 2) / (2 * eps) < INR K.
Proof.
  intros HL Hw He HJ JK Which Late Reached Small.
  assert (J1 : 1 <= INR J) by (apply (le_INR 1); lia).
  assert (JK' : INR J <= INR K) by (now apply le_INR).
  pose proof (Rle_trans _ _ _ (late_gradients L alpha w0 slope J K HJ JK Late) Reached) as B.
  set (G := L * (L / 2 * w0 ^ 2)) in *.
  assert (HG : 0 < G) by (unfold G; apply Rmult_lt_0_compat; [exact HL | apply Rmult_lt_0_compat; lra]).
  assert (More : G * INR J / 2 < INR K * eps).
  { apply Rlt_le_trans with (INR K * (G * INR J * (INR J + 1) / ((2 * INR J - 1) * INR K))).
    2:{ apply Rmult_le_compat_l; [lra | exact B]. }
    replace (INR K * (G * INR J * (INR J + 1) / ((2 * INR J - 1) * INR K)))
      with (G * INR J / 2 + G * INR J * (3 / (2 * (2 * INR J - 1)))) by (field; lra).
    assert (0 < 3 / (2 * (2 * INR J - 1))) by (apply Rdiv_lt_0_compat; lra).
    assert (0 < G * INR J * (3 / (2 * (2 * INR J - 1)))) by (apply Rmult_lt_0_compat; [nra | assumption]). lra. }
  destruct Which as [E|E].
  - subst K. exfalso. nra.
  - apply Rmult_lt_reg_r with (2 * eps); [lra|].
    replace ((d + 1) * L * (L / 2 * w0 ^ 2) / (2 * eps) * (2 * eps)) with ((d + 1) * G) by (unfold G; field; lra).
    rewrite <- E. lra.
Qed.

(** * The run *)

Section run.
  Variables (L alpha w0 : R) (d : nat) (w : nat -> R).
  Hypothesis start : w 0%nat = w0.
  (** The gradient is read d updates late; natural numbers stop at 0, as the weights that are read do. *)
  Hypothesis step : forall k, w (S k) = w k - alpha * (L * w (k - d)%nat).
  Let Delta := L / 2 * w0 ^ 2.
  Let gradients K := average_square K (fun k => L * w k).

  Lemma on_the_line k : (k <= S d)%nat -> w k = line L alpha w0 k.
  Proof.
    intros H. apply (first_steps L alpha w0 w k); [exact start|]. intros i Hi. rewrite step.
    replace (i - d)%nat with 0%nat by lia. now rewrite start.
  Qed.

  (** For every real step size and every number of steps. *)
  Theorem lag_lower K (J := Nat.min K (S d)) : (0 < K)%nat ->
    L * Delta * INR J * (INR J + 1) / ((2 * INR J - 1) * INR K) <= gradients K.
  Proof.
    intros HK. apply (late_gradients L alpha w0); [unfold J; lia | unfold J; lia|].
    intros k Hk. rewrite on_the_line by (unfold J in Hk; lia). reflexivity.
  Qed.

  Theorem lag_lower_rate K eps : (0 < K)%nat -> 0 < L -> w0 <> 0 -> 0 < eps -> eps <= L * Delta / 2 ->
    gradients K <= eps -> (INR d + 1) * L * Delta / (2 * eps) < INR K.
  Proof.
    intros HK HL Hw He Small Reached.
    assert (S d <= K)%nat.
    { destruct (Nat.le_gt_cases (S d) K) as [C|C]; [exact C|]. exfalso.
      apply (Rlt_irrefl (INR K)). apply Rle_lt_trans with ((INR K - 1 + 1) * L * Delta / (2 * eps)).
      - apply Rmult_le_reg_r with (2 * eps); [lra|].
        replace ((INR K - 1 + 1) * L * Delta / (2 * eps) * (2 * eps)) with (INR K * (L * Delta)) by (field; lra).
        pose proof (pos_INR K). nra.
      - apply (late_gradients_rate L alpha w0 (fun k => L * w k) K K); auto; try lra; try lia.
        + rewrite <- Rsqr_pow2. now apply Rsqr_pos_lt.
        + intros k Hk. rewrite on_the_line by lia. reflexivity. }
    apply (late_gradients_rate L alpha w0 (fun k => L * w k) (S d) K); auto; try lia.
    - rewrite <- Rsqr_pow2. now apply Rsqr_pos_lt.
    - right. now rewrite S_INR.
    - intros k Hk. rewrite on_the_line by lia. reflexivity.
  Qed.
End run.

(** There is such a run, for every lag. *)
Fixpoint weights (L alpha w0 : R) (d : nat) (n k : nat) : R :=
  match n with
  | O => w0
  | S n => match k with O => w0 | S k => weights L alpha w0 d n k - alpha * (L * weights L alpha w0 d n (k - d)) end
  end.

Lemma weights_settle L alpha w0 d n : forall m k, (k <= n)%nat -> (k <= m)%nat ->
  weights L alpha w0 d n k = weights L alpha w0 d m k.
Proof.
  induction n as [|n IH]; intros m k Hn Hm.
  - replace k with 0%nat by lia. destruct m; reflexivity.
  - destruct m as [|m]; [replace k with 0%nat by lia; reflexivity|]. destruct k as [|k]; [reflexivity|].
    simpl. rewrite !(IH m) by lia. reflexivity.
Qed.

Theorem lag_run_exists L alpha w0 d : exists w : nat -> R,
  w 0%nat = w0 /\ forall k, w (S k) = w k - alpha * (L * w (k - d)%nat).
Proof.
  exists (fun k => weights L alpha w0 d k k). split; [reflexivity|]. intros k.
  change (weights L alpha w0 d k k - alpha * (L * weights L alpha w0 d k (k - d))
    = weights L alpha w0 d k k - alpha * (L * weights L alpha w0 d (k - d) (k - d))).
  rewrite (weights_settle L alpha w0 d k (k - d) (k - d)) by lia. reflexivity.
Qed.

(** * From above *)

(** Without noise and drift, at the step size 1/(L + Lambda1): the same order, and a factor of four at most. *)
(* Claim: lag.upper *)
Theorem lag_upper L Lambda1 Delta alpha K A Y a :
  0 <= L -> 0 <= Lambda1 -> 0 <= Delta -> 0 < alpha -> 0 < K -> alpha * (L + Lambda1) = 1 -> 0 <= A ->
  feasible (Delta / (alpha * K)) (alpha * L) 0 0 (alpha * Lambda1) 0 A Y a ->
  A <= 2 * (L + Lambda1) * Delta / K /\
  A <= Delta / (alpha * K) * (1 + alpha * Lambda1) ^ 2 / (1 + alpha * Lambda1 - alpha * L / 2).
Proof.
  intros HL HLam HD Ha HK E HA (HY & Hay & I & II). unfold eta in I.
  set (x := alpha * L) in *. set (q := alpha * Lambda1) in *. set (p := Delta / (alpha * K)) in *.
  assert (X : x = 1 - q) by (unfold x, q; nra).
  assert (Hq : 0 <= q) by (unfold q; nra). assert (Hx : 0 <= x) by (unfold x; nra).
  assert (Hr : 0 <= sqrt A) by apply sqrt_pos. pose proof (pow2_sqrt A HA) as Er. set (r := sqrt A) in *.
  assert (P : 2 * (L + Lambda1) * Delta / K = 2 * p).
  { unfold p. replace (L + Lambda1) with (/ alpha) by (apply Rmult_eq_reg_l with alpha; [rewrite Rinv_r; lra | lra]).
    field. lra. }
  assert (I' : A + Y ^ 2 - 2 * a * r <= (q * Y) ^ 2) by (apply Rle_trans with (1 := I), Req_le; ring).
  assert (II' : a * r <= p + x / 2 * Y ^ 2) by (apply Rle_trans with (1 := II), Req_le; ring).
  assert (Paid : A <= 2 * p - (1 - x - q ^ 2) * Y ^ 2) by nra.
  assert (Room : 0 <= 1 - x - q ^ 2) by nra.
  assert (Y2 : 0 <= Y ^ 2) by apply pow2_ge_0.
  split; [rewrite P; nra|].
  assert (AY : a <= Y) by (pose proof (Rle_abs a); lra).
  assert (Apart : (r - Y) ^ 2 <= (q * Y) ^ 2) by nra.
  assert (Near : r <= (1 + q) * Y).
  { assert (0 <= q * Y) by nra. destruct (Rle_or_lt (r - Y) (q * Y)) as [C|C]; [lra|]. nra. }
  assert (Long : A <= (1 + q) ^ 2 * Y ^ 2) by nra.
  assert (Half : 0 < 1 + q - x / 2) by lra.
  apply Rmult_le_reg_r with (2 * (1 + q - x / 2)); [lra|].
  replace (p * (1 + q) ^ 2 / (1 + q - x / 2) * (2 * (1 + q - x / 2))) with (2 * p * (1 + q) ^ 2) by (field; lra).
  assert (Q2 : 0 <= (1 + q) ^ 2) by apply pow2_ge_0.
  pose proof (Rmult_le_compat_r _ _ _ Q2 Paid). pose proof (Rmult_le_compat_l _ _ _ Room Long). nra.
Qed.
