(** Pulses of finite size: an increment D is made of n pulses of size dw each, n random with dw E n = |D|
    (docs/theory.md#granularity).

    A pulse has the size dw (1 + c eta), eta of mean 0 and variance 1, independent from pulse to pulse.  The step is
    w + D_r q, with q the response to the sign of D: it has the mean of the smooth step w + D q, and its variance is
    q^2 times that of D_r.  Laws are positive functionals with total mass 1, as everywhere in this library. *)

From Coq Require Import Reals Lra Lia Psatz.
From Analog Require Import Sums.
Local Open Scope R_scope.

(** * The noise of n pulses *)

Section pulses.
  Context {T : Type} (pulse : functional T) (eta : T -> R).
  Hypothesis pulse_total : pulse (fun _ => 1) = 1.
  Hypothesis eta_mean : pulse eta = 0.
  Hypothesis eta_variance : pulse (fun t => eta t ^ 2) = 1.

  (** The mean of X of the sum of eta over n independent pulses. *)
  Fixpoint over_pulses (n : nat) (X : R -> R) : R :=
    match n with
    | O => X 0
    | S n => pulse (fun t => over_pulses n (fun s => X (s + eta t)))
    end.

  Lemma over_pulses_ext n : forall X Y, (forall s, X s = Y s) -> over_pulses n X = over_pulses n Y.
  Proof. induction n as [|n IH]; intros X Y E; simpl; [apply E | apply apply_ext; intros; apply IH; intros; apply E]. Qed.

  Lemma over_pulses_square n : forall a b c, over_pulses n (fun s => a + b * s + c * s ^ 2) = a + c * INR n.
  Proof.
    induction n as [|n IH]; intros a b c; [simpl; ring|]. rewrite S_INR. simpl over_pulses.
    rewrite (apply_ext pulse _ (fun t => (a + c * INR n) * 1 + (b * eta t + c * eta t ^ 2))).
    - rewrite (apply_plus pulse (fun t => (a + c * INR n) * 1)), (apply_plus pulse (fun t => b * eta t)), !apply_scal,
        pulse_total, eta_mean, eta_variance. ring.
    - intros t _. rewrite (over_pulses_ext n _ (fun s => (a + b * eta t + c * eta t ^ 2) + (b + 2 * c * eta t) * s
        + c * s ^ 2)) by (intros; ring). rewrite IH. ring.
  Qed.

  (** * An increment *)

  (* the law of the number of pulses, the increment's sign and size, the size of a pulse, its noise *)
  Variable number : functional nat.
  Hypothesis number_total : number (fun _ => 1) = 1.
  Variables (sign m dw c : R).
  Hypothesis sign_sq : sign ^ 2 = 1.
  Hypothesis dw_pos : 0 < dw.
  Hypothesis size : dw * number INR = m.
  Let D := sign * m.

  (** What n pulses with the total noise s make. *)
  Definition made (n : nat) (s : R) : R := sign * (dw * (INR n + c * s)).

  (** The mean of X of the increment that is made. *)
  Definition granular (X : R -> R) : R := number (fun n => over_pulses n (fun s => X (made n s))).
  Definition number_variance : R := number (fun n => (INR n - m / dw) ^ 2).

  Theorem granular_mean : granular (fun x => x) = D.
  Proof.
    unfold granular. rewrite (apply_ext number _ (fun n => sign * dw * INR n)).
    - rewrite apply_scal. unfold D. rewrite <- size. ring.
    - intros n _. rewrite (over_pulses_ext n _ (fun s => sign * dw * INR n + sign * dw * c * s + 0 * s ^ 2))
        by (intros; unfold made; ring). rewrite over_pulses_square. ring.
  Qed.

  (** Var = dw^2 Var n + c^2 dw |D|: the law of total variance. *)
  (* Claim: granularity.variance *)
  Theorem granular_variance : granular (fun x => (x - D) ^ 2) = dw ^ 2 * number_variance + c ^ 2 * (dw * m).
  Proof.
    unfold granular, number_variance.
    rewrite (apply_ext number _ (fun n => dw ^ 2 * (INR n - m / dw) ^ 2 + dw ^ 2 * c ^ 2 * INR n)).
    - rewrite (apply_plus number (fun n => dw ^ 2 * (INR n - m / dw) ^ 2)), !apply_scal.
      assert (E : number INR = m / dw) by (apply (Rmult_eq_reg_l dw); [rewrite size; field|]; lra).
      change (number (fun n => INR n)) with (number INR). rewrite E.
      change (number (fun t => (INR t - m / dw) ^ 2)) with number_variance. unfold number_variance. field. lra.
    - intros n _. rewrite (over_pulses_ext n _ (fun s => sign ^ 2 * (dw * INR n - m) ^ 2
        + 2 * sign ^ 2 * (dw * INR n - m) * dw * c * s + sign ^ 2 * dw ^ 2 * c ^ 2 * s ^ 2))
        by (intros; unfold made, D; ring).
      rewrite over_pulses_square, sign_sq. field. lra.
  Qed.

  (** * What it adds to a step: w + x q instead of w + D q *)

  Variables (q most : R).
  Hypothesis response : 0 <= q <= most.

  Lemma granular_scal r X : granular (fun x => r * X x) = r * granular X.
  Proof.
    unfold granular. rewrite <- apply_scal. apply apply_ext. intros n _.
    assert (S : forall k Y, over_pulses k (fun s => r * Y s) = r * over_pulses k Y).
    { induction k as [|k IH]; intros Y; simpl; [reflexivity|].
      rewrite <- apply_scal. apply apply_ext. intros t _. apply (IH (fun s => Y (s + eta t))). }
    apply S.
  Qed.

  Lemma granular_ext X Y : (forall x, X x = Y x) -> granular X = granular Y.
  Proof. intros E. apply apply_ext. intros n _. apply over_pulses_ext. intros. apply E. Qed.

  (** The mean step is the smooth one, and the rest has the second moment q^2 Var <= qmax^2 Var. *)
  (* Claim: granularity.enters *)
  Theorem granular_step w :
    let Var := granular (fun x => (x - D) ^ 2) in
    granular (fun x => w + x * q) = w + D * q /\
    granular (fun x => (w + x * q - (w + D * q)) ^ 2) = q ^ 2 * Var /\ q ^ 2 * Var <= most ^ 2 * Var.
  Proof.
    intros Var. split; [|split].
    - unfold granular. rewrite (apply_ext number _ (fun n => w * 1 + sign * dw * q * INR n)).
      + rewrite (apply_plus number (fun n => w * 1)), !apply_scal, number_total. unfold D. rewrite <- size.
        change (number (fun n => INR n)) with (number INR). ring.
      + intros n _. rewrite (over_pulses_ext n _ (fun s => (w + sign * dw * q * INR n) + sign * dw * c * q * s
          + 0 * s ^ 2)) by (intros; unfold made; ring). rewrite over_pulses_square. ring.
    - unfold Var. rewrite <- granular_scal. apply granular_ext. intros x. ring.
    - apply Rmult_le_compat_r; [|apply pow_incr; lra]. unfold Var. rewrite granular_variance.
      assert (0 <= m).
      { rewrite <- size. apply Rmult_le_pos; [lra|]. apply apply_nonneg. intros. apply pos_INR. }
      assert (0 <= number_variance) by (apply apply_nonneg; intros; apply pow2_ge_0).
      apply Rplus_le_le_0_compat; apply Rmult_le_pos; try apply pow2_ge_0; [assumption | nra].
  Qed.
End pulses.

(** * Stochastic rounding: k pulses or k + 1, with the chance of the fraction *)

Definition rounding (k : nat) (frac : R) (range : 0 <= frac <= 1) : functional nat.
Proof.
  refine (Functional nat (fun X => (1 - frac) * X k + frac * X (S k)) (fun n => n = k \/ n = S k) _ _ _).
  - intros. ring.
  - intros. ring.
  - intros f g L. apply Rplus_le_compat; apply Rmult_le_compat_l; try lra; apply L; auto.
Defined.

Section rounding.
  Variables (k : nat) (frac dw m : R).
  Hypothesis range : 0 <= frac <= 1.
  Hypothesis dw_pos : 0 < dw.
  Hypothesis split : m = dw * (INR k + frac).

  Theorem rounding_law :
    rounding k frac range (fun _ => 1) = 1 /\ dw * rounding k frac range INR = m /\
    number_variance (rounding k frac range) m dw = frac * (1 - frac).
  Proof.
    unfold number_variance. cbn [apply rounding]. rewrite S_INR, split.
    replace (dw * (INR k + frac) / dw) with (INR k + frac) by (field; lra). repeat split; ring.
  Qed.

  (** dw^2 Var n <= min (dw^2/4, dw |D|) *)
  Theorem rounding_variance :
    dw ^ 2 * number_variance (rounding k frac range) m dw <= Rmin (dw ^ 2 / 4) (dw * m).
  Proof.
    destruct rounding_law as (_ & _ & ->). pose proof (pos_INR k). pose proof (pow2_ge_0 (dw * (/ 2 - frac))).
    apply Rmin_glb; [lra|]. rewrite split.
    replace (dw * (dw * (INR k + frac))) with (dw ^ 2 * (INR k + frac)) by ring.
    apply Rmult_le_compat_l; [apply pow2_ge_0 | nra].
  Qed.
End rounding.

(** * A train of B pulses, each of which fires with the chance p *)

Fixpoint fires (p : R) (B : nat) (X : nat -> R) : R :=
  match B with
  | O => X O
  | S B => p * fires p B (fun n => X (S n)) + (1 - p) * fires p B X
  end.

Definition binomial (p : R) (range : 0 <= p <= 1) (B : nat) : functional nat.
Proof.
  refine (Functional nat (fires p B) (fun n => (n <= B)%nat) _ _ _).
  - induction B as [|B IH]; intros f g; simpl; [reflexivity|]. rewrite (IH f g), (IH (fun n => f (S n)) (fun n => g (S n))). ring.
  - induction B as [|B IH]; intros a f; simpl; [reflexivity|]. rewrite (IH a f), (IH a (fun n => f (S n))). ring.
  - induction B as [|B IH]; intros f g L; simpl; [apply L; lia|].
    apply Rplus_le_compat; apply Rmult_le_compat_l; try lra; apply IH; intros; apply L; lia.
Defined.

Lemma fires_ext p B : forall X Y, (forall n, X n = Y n) -> fires p B X = fires p B Y.
Proof. induction B as [|B IH]; intros X Y E; simpl; [apply E|]. rewrite (IH X Y), (IH _ (fun n => Y (S n))); auto. Qed.

Lemma fires_square p B : forall a b c,
  fires p B (fun n => a + b * INR n + c * INR n ^ 2)
  = a + b * (INR B * p) + c * (INR B * p * (1 - p) + (INR B * p) ^ 2).
Proof.
  induction B as [|B IH]; intros a b c; [simpl; ring|]. cbn [fires].
  rewrite (fires_ext p B (fun n => a + b * INR (S n) + c * INR (S n) ^ 2)
    (fun n => (a + b + c) + (b + 2 * c) * INR n + c * INR n ^ 2)) by (intros; rewrite S_INR; ring).
  rewrite !IH, S_INR. ring.
Qed.

Section train.
  Variables (B : nat) (dw m : R).
  Hypothesis B_pos : (0 < B)%nat.
  Hypothesis dw_pos : 0 < dw.
  Let p := m / (dw * INR B).
  Hypothesis range : 0 <= p <= 1.

  Theorem train_law :
    binomial p range B (fun _ => 1) = 1 /\ dw * binomial p range B INR = m /\
    dw ^ 2 * number_variance (binomial p range B) m dw = dw * m - m ^ 2 / INR B.
  Proof.
    assert (HB : 0 < INR B) by now apply lt_0_INR. unfold number_variance. cbn [apply binomial]. repeat split.
    - rewrite (fires_ext p B _ (fun n => 1 + 0 * INR n + 0 * INR n ^ 2)) by (intros; ring). rewrite fires_square. ring.
    - rewrite (fires_ext p B _ (fun n => 0 + 1 * INR n + 0 * INR n ^ 2)) by (intros; ring). rewrite fires_square.
      unfold p. field. lra.
    - rewrite (fires_ext p B _ (fun n => (m / dw) ^ 2 + -2 * (m / dw) * INR n + 1 * INR n ^ 2)) by (intros; ring).
      rewrite fires_square. unfold p. field. lra.
  Qed.

  (** At most dw |D|; dw^2/4 is exceeded as soon as dw |D| - D^2/B is larger. *)
  Theorem train_variance : dw ^ 2 * number_variance (binomial p range B) m dw <= dw * m.
  Proof.
    destruct train_law as (_ & _ & ->). assert (HB : 0 < INR B) by now apply lt_0_INR.
    assert (0 <= m ^ 2 / INR B) by (apply Rmult_le_pos; [apply pow2_ge_0 | left; now apply Rinv_0_lt_compat]). lra.
  Qed.
End train.

(** Half of a train of two pulses: dw^2/4 is not a bound for trains. *)
Theorem train_exceeds_rounding :
  exists (B : nat) (dw m : R) (range : 0 <= m / (dw * INR B) <= 1),
  0 < dw /\ dw ^ 2 / 4 < dw ^ 2 * number_variance (binomial (m / (dw * INR B)) range B) m dw.
Proof.
  assert (range : 0 <= 1 / (1 * INR 2) <= 1) by (simpl; lra).
  exists 2%nat, 1, 1, range. split; [lra|].
  destruct (train_law 2 1 1 ltac:(lia) ltac:(lra) range) as (_ & _ & ->). simpl. lra.
Qed.

(** * The floor that pulses leave *)

(** A <= start + G R with R^2 = A + sigma^2: A is at most start + G^2/2 + G sqrt (sigma^2 + start + G^2/4). *)
(* Claim: granularity.floor *)
Theorem granular_floor A start G sigma :
  0 <= A -> 0 <= start -> 0 <= G -> A <= start + G * sqrt (A + sigma ^ 2) ->
  A <= start + G ^ 2 / 2 + G * sqrt (sigma ^ 2 + start + G ^ 2 / 4).
Proof.
  intros HA Hs HG L. pose proof (pow2_ge_0 sigma) as S2.
  set (r := sqrt (A + sigma ^ 2)) in *. assert (r0 : 0 <= r) by apply sqrt_pos.
  assert (r2 : r ^ 2 = A + sigma ^ 2) by (apply pow2_sqrt; lra).
  set (t := sqrt (sigma ^ 2 + start + G ^ 2 / 4)). assert (t0 : 0 <= t) by apply sqrt_pos.
  assert (t2 : t ^ 2 = sigma ^ 2 + start + G ^ 2 / 4) by (apply pow2_sqrt; pose proof (pow2_ge_0 G); lra).
  (* (R - G/2)^2 <= t^2 *)
  assert (B : r <= G / 2 + t) by nra. nra.
Qed.

(** start/alpha + alpha L sigma^2 is least, 2 sigma sqrt (start L), at alpha = sqrt (start/(L sigma^2)). *)
Theorem granular_best_step start L sigma alpha :
  0 < start -> 0 < L -> 0 < sigma -> 0 < alpha ->
  2 * sigma * sqrt (start * L) <= start / alpha + alpha * L * sigma ^ 2 /\
  (alpha = sqrt (start / (L * sigma ^ 2)) -> start / alpha + alpha * L * sigma ^ 2 = 2 * sigma * sqrt (start * L)).
Proof.
  intros Hs HL Hg Ha. assert (P : 0 < start * L) by nra.
  set (c := sqrt (start * L)). assert (C : 0 < c) by now apply sqrt_lt_R0.
  assert (C2 : c ^ 2 = start * L) by (apply pow2_sqrt; lra). split.
  - apply Rmult_le_reg_r with (alpha * L); [nra|].
    replace ((start / alpha + alpha * L * sigma ^ 2) * (alpha * L)) with (start * L + (alpha * L * sigma) ^ 2)
      by (field; lra).
    pose proof (pow2_ge_0 (c - alpha * L * sigma)). rewrite <- C2. lra.
  - intros E. assert (Al : alpha * (L * sigma) = c).
    { unfold c. rewrite E. rewrite <- (sqrt_pow2 (L * sigma)) by nra. rewrite <- sqrt_mult_alt.
      - f_equal. field. lra.
      - left. apply Rdiv_lt_0_compat; [exact Hs | apply Rmult_lt_0_compat; [exact HL | now apply pow_lt]]. }
    apply Rmult_eq_reg_r with (alpha * L); [|nra].
    replace ((start / alpha + alpha * L * sigma ^ 2) * (alpha * L)) with (start * L + (alpha * (L * sigma)) ^ 2)
      by (field; lra).
    rewrite Al, <- C2. replace (2 * sigma * c * (alpha * L)) with (2 * c * (alpha * (L * sigma))) by ring.
    rewrite Al. ring.
Qed.

Print Assumptions granular_variance.
Print Assumptions granular_step.
Print Assumptions train_law.
Print Assumptions granular_floor.
