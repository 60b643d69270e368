(** Pulses of finite size: an increment D is made of n pulses of size dw each, n random with dw E n = |D|
    (docs/theory.md#granularity).

    A pulse has the size dw (1 + c eta), eta of mean 0 and variance 1, independent from pulse to pulse.  The step is
    w + D_r q, with q the response to the sign of D: it has the mean of the smooth step w + D q, and its variance is
    q^2 times that of D_r.  Laws are positive functionals with total mass 1, as everywhere in this library. *)

From Coq Require Import Reals Lra Lia Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Master.
Local Open Scope R_scope.

(** * Moments by recursion, and the law of total variance *)

(** The sum of n independent pulses of mean dw and variance c^2 dw^2. *)
(* Claim: granularity.train *)
Theorem moments_of_pulses (first second : nat -> R) dw c :
  first 0%nat = 0 -> (forall n, first (S n) = dw + first n) ->
  second 0%nat = 0 -> (forall n, second (S n) = second n + dw ^ 2 * (1 + c ^ 2) + 2 * dw * first n) ->
  forall n, first n = dw * INR n /\ second n = dw ^ 2 * INR n ^ 2 + INR n * c ^ 2 * dw ^ 2.
Proof.
  intros F0 FS G0 GS n. induction n as [|n [F G]]; [rewrite F0, G0; simpl; split; ring|].
  rewrite FS, GS, F, G, S_INR. split; ring.
Qed.

(** How many of n pulses fire, each with the chance p. *)
(* Claim: granularity.binomial *)
Theorem moments_of_firings (first second : nat -> R) p :
  first 0%nat = 0 -> (forall n, first (S n) = p + first n) ->
  second 0%nat = 0 -> (forall n, second (S n) = p + second n + 2 * p * first n) ->
  forall n, first n = INR n * p /\ second n - first n ^ 2 = INR n * p * (1 - p).
Proof.
  intros F0 FS G0 GS n. assert (F : forall n, first n = INR n * p).
  { intros k. induction k as [|k F]; [rewrite F0; simpl; ring|]. rewrite FS, F, S_INR. ring. }
  split; [apply F|]. induction n as [|n G]; [rewrite F0, G0; simpl; ring|].
  rewrite GS, FS. rewrite (F n) in *. rewrite S_INR.
  replace (p + second n + 2 * p * (INR n * p) - (p + INR n * p) ^ 2) with (second n - (INR n * p) ^ 2 + p * (1 - p))
    by ring.
  rewrite G. ring.
Qed.

(** Given the number of pulses the increment has the mean dw n and the second moment dw^2 n^2 + n c^2 dw^2. *)
(* Claim: granularity.variance *)
Theorem total_variance {T} (E : functional T) (number : T -> R) dw c m :
  0 < dw -> E number = m / dw ->
  let first := E (fun t => dw * number t) in
  let second := E (fun t => dw ^ 2 * number t ^ 2 + number t * c ^ 2 * dw ^ 2) in
  first = m /\ second - first ^ 2 = dw ^ 2 * (E (fun t => number t ^ 2) - E number ^ 2) + c ^ 2 * (dw * m).
Proof.
  intros P M first second.
  assert (F : first = m) by (unfold first; rewrite apply_scal, M; field; lra).
  split; [exact F|]. rewrite F. unfold second.
  rewrite (apply_plus E (fun t => dw ^ 2 * number t ^ 2)), apply_scal.
  rewrite (apply_ext E (fun t => number t * c ^ 2 * dw ^ 2) (fun t => c ^ 2 * dw ^ 2 * number t)) by (intros; ring).
  rewrite apply_scal, M. field. lra.
Qed.

(** What the excess of an increment makes of a step: mean 0 and the second moment q^2 Var <= qmax^2 Var. *)
(* Claim: granularity.step *)
Theorem step_excess {T} (E : functional T) (made : T -> R) D q most :
  E (fun t => made t - D) = 0 -> 0 <= q <= most ->
  E (fun t => made t * q - D * q) = 0 /\
  E (fun t => (made t * q - D * q) ^ 2) = q ^ 2 * E (fun t => (made t - D) ^ 2) /\
  E (fun t => (made t * q - D * q) ^ 2) <= most ^ 2 * E (fun t => (made t - D) ^ 2).
Proof.
  intros M Q.
  assert (Sq : E (fun t => (made t * q - D * q) ^ 2) = q ^ 2 * E (fun t => (made t - D) ^ 2)).
  { rewrite <- apply_scal. apply apply_ext. intros. ring. }
  split; [|split; [exact Sq|]].
  - rewrite (apply_ext E _ (fun t => q * (made t - D))) by (intros; ring). rewrite apply_scal, M. ring.
  - rewrite Sq. apply Rmult_le_compat_r; [apply apply_nonneg; intros; apply pow2_ge_0 | apply pow_incr; lra].
Qed.

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
  Proof. induction n as [|n IH]; intros X Y E; simpl; [apply E | apply apply_ext; intros; apply IH; intros; apply E].
    Qed.

  Lemma over_pulses_square n : forall a b c, over_pulses n (fun s => a + b * s + c * s ^ 2) = a + c * INR n.
  Proof.
    induction n as [|n IH]; intros a b c; [simpl; ring|]. rewrite S_INR. simpl over_pulses.
    rewrite (apply_ext pulse _ (fun t => (a + c * INR n) * 1 + (b * eta t + c * eta t ^ 2))).
    - rewrite (apply_plus pulse (fun t => (a + c * INR n) * 1)), (apply_plus pulse (fun t => b * eta t)), !apply_scal,
        pulse_total, eta_mean, eta_variance. ring.
    - intros t _. rewrite (over_pulses_ext n _ (fun s => (a + b * eta t + c * eta t ^ 2) + (b + 2 * c * eta t) * s
        + c * s ^ 2)) by (intros; ring). rewrite IH. ring.
  Qed.

  (** The moments of what n pulses make obey the recursion above. *)
  Theorem over_pulses_obeys dw c :
    let first n := over_pulses n (fun s => dw * (INR n + c * s)) in
    let second n := over_pulses n (fun s => (dw * (INR n + c * s)) ^ 2) in
    (first 0%nat = 0 /\ forall n, first (S n) = dw + first n) /\
    (second 0%nat = 0 /\ forall n, second (S n) = second n + dw ^ 2 * (1 + c ^ 2) + 2 * dw * first n).
  Proof.
    intros first second.
    assert (F : forall n, first n = dw * INR n).
    { intros n. unfold first. rewrite (over_pulses_ext n _ (fun s => dw * INR n + dw * c * s + 0 * s ^ 2))
        by (intros; ring). rewrite over_pulses_square. ring. }
    assert (G : forall n, second n = dw ^ 2 * INR n ^ 2 + dw ^ 2 * c ^ 2 * INR n).
    { intros n. unfold second.
      rewrite (over_pulses_ext n _ (fun s => dw ^ 2 * INR n ^ 2 + 2 * dw ^ 2 * INR n * c * s + dw ^ 2 * c ^ 2 * s ^ 2))
        by (intros; ring). rewrite over_pulses_square. ring. }
    split; split; try intros n; rewrite ?F, ?G, ?S_INR; try (simpl; ring); ring.
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

(** The same with any number N below: claims speak of reals. *)
(* Claim: granularity.rounding *)
Theorem rounding_moments N frac dw m :
  0 < dw -> 0 <= N -> 0 <= frac <= 1 -> m = dw * (N + frac) ->
  (1 - frac) * N + frac * (N + 1) = m / dw /\
  (1 - frac) * (N - m / dw) ^ 2 + frac * (N + 1 - m / dw) ^ 2 = frac * (1 - frac) /\
  frac * (1 - frac) <= / 4 /\ frac * (1 - frac) <= m / dw.
Proof.
  intros P HN F ->. replace (dw * (N + frac) / dw) with (N + frac) by (field; lra).
  pose proof (pow2_ge_0 (frac - / 2)). repeat split; try ring; nra.
Qed.

Section rounding.
  Variables (k : nat) (frac dw m : R).
  Hypothesis range : 0 <= frac <= 1.
  Hypothesis dw_pos : 0 < dw.
  Hypothesis split : m = dw * (INR k + frac).

  Theorem rounding_law :
    rounding k frac range (fun _ => 1) = 1 /\ dw * rounding k frac range INR = m /\
    number_variance (rounding k frac range) m dw = frac * (1 - frac).
  Proof.
    destruct (rounding_moments (INR k) frac dw m dw_pos (pos_INR k) range split) as (M & V & _).
    unfold number_variance. cbn [apply rounding]. rewrite S_INR. repeat split; [ring | rewrite M; field; lra | exact V].
  Qed.

  (** dw^2 Var n <= min (dw^2/4, dw |D|) *)
  Theorem rounding_variance :
    dw ^ 2 * number_variance (rounding k frac range) m dw <= Rmin (dw ^ 2 / 4) (dw * m).
  Proof.
    destruct rounding_law as (_ & _ & ->). pose proof (pow2_ge_0 dw) as Q.
    destruct (rounding_moments (INR k) frac dw m dw_pos (pos_INR k) range split) as (_ & _ & L & L').
    apply Rmin_glb; [pose proof (Rmult_le_compat_l _ _ _ Q L); lra|].
    pose proof (Rmult_le_compat_l _ _ _ Q L') as B. replace (dw ^ 2 * (m / dw)) with (dw * m) in B by (field; lra). lra.
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
  - induction B as [|B IH]; intros f g; simpl; [reflexivity|]. rewrite (IH f g), (IH (fun n => f (S n)) (fun n => g (S
    n))). ring.
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

(** The moments of how many fire obey the recursion above. *)
Theorem fires_obeys p :
  let first n := fires p n INR in let second n := fires p n (fun k => INR k ^ 2) in
  (first 0%nat = 0 /\ forall n, first (S n) = p + first n) /\
  (second 0%nat = 0 /\ forall n, second (S n) = p + second n + 2 * p * first n).
Proof.
  intros first second.
  assert (F : forall n, first n = INR n * p).
  { intros n. unfold first. rewrite (fires_ext p n INR (fun k => 0 + 1 * INR k + 0 * INR k ^ 2)) by (intros; ring).
    rewrite fires_square. ring. }
  assert (G : forall n, second n = INR n * p * (1 - p) + (INR n * p) ^ 2).
  { intros n. unfold second. rewrite (fires_ext p n _ (fun k => 0 + 0 * INR k + 1 * INR k ^ 2)) by (intros; ring).
    rewrite fires_square. ring. }
  split; split; try intros n; rewrite ?F, ?G, ?S_INR; try (simpl; ring); ring.
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

(** * Summed over the elements and averaged over the steps *)

Section total.
  Variables (P : sampler) (K : nat).
  Context {C : Type} (Crd : functional C).
  Let V := lift Crd (fun _ => real_space).
  Variables ones sizes variances : process P K V.

  (** If every element's variance is at most k |g| then V <= k E |g|_1, E |g|_1 <= sqrt D R. *)
  (* Claim: granularity.total *)
  Theorem total_pulses k size r :
    0 <= k -> (forall h c, taken P K h -> support Crd c ->
      (ones h c : R) * variances h c <= k * ((ones h c : R) * sizes h c)) ->
    0 <= size -> inner ones ones = size ^ 2 -> 0 <= r -> inner sizes sizes <= r ^ 2 ->
    inner ones variances <= k * inner ones sizes /\ inner ones variances <= k * (size * r).
  Proof.
    intros Hk L Hs HD Hr HR.
    assert (B : inner ones variances <= k * inner ones sizes).
    { change (average P K (fun h => Crd (fun c => (ones h c : R) * variances h c))
        <= k * average P K (fun h => Crd (fun c => (ones h c : R) * sizes h c))).
      rewrite <- apply_scal. apply apply_le. intros h T. rewrite <- apply_scal. apply apply_le. intros c Hc. now apply
        L. }
    split; [exact B|]. apply Rle_trans with (1 := B), Rmult_le_compat_l; [exact Hk|].
    apply inner_le_product; apply norm_le; try assumption. now right.
  Qed.

  (** With the variance of ideal rounding: dw^2/4 an element, besides the pulses' own. *)
  (* Claim: granularity.total_rounding *)
  Theorem total_rounding k dw size :
    (forall h c, taken P K h -> support Crd c ->
      (ones h c : R) * variances h c <= dw ^ 2 / 4 * (ones h c : R) ^ 2 + k * ((ones h c : R) * sizes h c)) ->
    inner ones ones = size -> inner ones variances <= dw ^ 2 / 4 * size + k * inner ones sizes.
  Proof.
    intros L <-.
    change (average P K (fun h => Crd (fun c => (ones h c : R) * variances h c))
      <= dw ^ 2 / 4 * average P K (fun h => Crd (fun c => (ones h c : R) * ones h c))
         + k * average P K (fun h => Crd (fun c => (ones h c : R) * sizes h c))).
    rewrite <- !apply_scal, <- apply_plus. apply apply_le. intros h T.
    rewrite <- !apply_scal, <- apply_plus. apply apply_le. intros c Hc.
    apply Rle_trans with (1 := L h c T Hc), Req_le. simpl. ring.
  Qed.
End total.

(** * The floor that pulses leave *)

(** 2 p <= 2 Delta/(alpha gain K) + G R. *)
(* Claim: granularity.start *)
Theorem granular_start Delta K L V qmax step dw size c gain alpha r :
  0 < alpha -> 0 < gain -> 0 <= L -> step = alpha * gain -> V <= (1 + c ^ 2) * dw * alpha * (size * r) ->
  2 * (Delta / (step * K) + L * qmax ^ 2 * V / (2 * step))
  <= 2 * (Delta / (step * K)) + L * qmax ^ 2 * (1 + c ^ 2) * dw * size / gain * r.
Proof.
  intros A G HL -> B. assert (Q : 0 <= L * qmax ^ 2 / (alpha * gain)).
  { apply Rmult_le_pos; [apply Rmult_le_pos; [exact HL | apply pow2_ge_0]|]. left. apply Rinv_0_lt_compat. nra. }
  pose proof (Rmult_le_compat_l _ _ _ Q B) as U.
  replace (L * qmax ^ 2 / (alpha * gain) * ((1 + c ^ 2) * dw * alpha * (size * r)))
    with (L * qmax ^ 2 * (1 + c ^ 2) * dw * size / gain * r) in U by (field; lra).
  replace (L * qmax ^ 2 * V / (2 * (alpha * gain))) with (L * qmax ^ 2 / (alpha * gain) * V / 2) by (field; lra). lra.
Qed.

(** Without lag.  With base = start + x sigma^2 + x^2 sigma^2/(1 - x) and h^2 = G^2/4 + (1 - rho^2)(base + sigma^2),
    R = sqrt (A + sigma^2) is at most (h + G/2)/(1 - rho^2): A saturates however small the step. *)
(* Claim: granularity.floor *)
Theorem granular_floor p x sigma rho A Y a G start :
  0 <= sigma -> 0 <= x < 1 -> 0 <= rho < 1 -> 0 <= A -> 0 <= G -> 0 <= start ->
  2 * p <= start + G * radius sigma A -> feasible p x sigma rho 0 0 A Y a ->
  let base := start + x * sigma ^ 2 + x ^ 2 * sigma ^ 2 / (1 - x) in
  let h := sqrt (G ^ 2 / 4 + (1 - rho ^ 2) * (base + sigma ^ 2)) in
  radius sigma A * (1 - rho ^ 2) <= h + G / 2 /\ (1 - rho ^ 2) * A <= base + rho ^ 2 * sigma ^ 2 + G * radius sigma A.
Proof.
  intros Hs Hx Hr HA HG H0 Start Fe base h.
  destruct (feasible_eliminates p x sigma rho 0 0 A Y a (proj1 Hx) Hs Fe) as [I II].
  pose proof (eliminated p x (x * sigma ^ 2) (x * sigma) sigma rho 0 0 A Y ltac:(lra) _ I II) as E.
  set (r := radius sigma A) in *. assert (R0 : 0 <= r) by apply sqrt_pos.
  assert (R2 : r ^ 2 = A + sigma ^ 2) by (apply pow2_sqrt; pose proof (pow2_ge_0 sigma); lra).
  assert (Rho : 0 < 1 - rho ^ 2) by nra.
  replace ((rho * r + 0) ^ 2) with (rho ^ 2 * r ^ 2) in E by ring. rewrite R2 in E.
  replace (((rho * r + 0) * 0 + x * sigma) ^ 2 / (1 - x - 0 ^ 2)) with (x ^ 2 * sigma ^ 2 / (1 - x)) in E
    by (field; lra).
  assert (B : (1 - rho ^ 2) * A <= base + rho ^ 2 * sigma ^ 2 + G * r) by (unfold base; lra).
  split; [|exact B].
  assert (B0 : 0 <= base).
  { unfold base. pose proof (pow2_ge_0 sigma) as S2. pose proof (Rmult_le_pos _ _ (proj1 Hx) S2).
    pose proof (Rmult_le_pos _ _ (pow2_ge_0 x) S2). assert (0 < / (1 - x)) by (apply Rinv_0_lt_compat; lra).
    unfold Rdiv. pose proof (Rmult_le_pos (x ^ 2 * sigma ^ 2) (/ (1 - x))). lra. }
  assert (Hq : 0 <= G ^ 2 / 4 + (1 - rho ^ 2) * (base + sigma ^ 2)).
  { pose proof (pow2_ge_0 G). pose proof (pow2_ge_0 sigma). pose proof (Rmult_le_pos (1 - rho ^ 2) (base + sigma ^
    2)). lra. }
  assert (H2 : h ^ 2 = G ^ 2 / 4 + (1 - rho ^ 2) * (base + sigma ^ 2)) by (apply pow2_sqrt; exact Hq).
  assert (Hh : 0 <= h) by apply sqrt_pos.
  (* (R (1 - rho^2) - G/2)^2 <= h^2 *)
  assert (Sq : (r * (1 - rho ^ 2) - G / 2) ^ 2 <= h ^ 2).
  { rewrite H2. assert (C : (1 - rho ^ 2) * r ^ 2 <= base + sigma ^ 2 + G * r) by (rewrite R2; lra).
    pose proof (Rmult_le_compat_l (1 - rho ^ 2) _ _ (Rlt_le _ _ Rho) C). lra. }
  pose proof (root_order _ _ Hh Sq). lra.
Qed.

(** start/alpha + alpha L sigma^2 is least, 2 sigma h with h = sqrt (start L), at alpha = h/(L sigma). *)
(* Claim: granularity.best_step *)
Theorem granular_best_step start L sigma alpha :
  0 < start -> 0 < L -> 0 < sigma -> 0 < alpha ->
  let h := sqrt (start * L) in
  2 * h * sigma <= start / alpha + alpha * L * sigma ^ 2 /\
  start / (h / (L * sigma)) + h / (L * sigma) * L * sigma ^ 2 = 2 * h * sigma.
Proof.
  intros Hs HL Hg Ha h. assert (P : 0 < start * L) by nra.
  assert (C : 0 < h) by now apply sqrt_lt_R0.
  assert (C2 : h ^ 2 = start * L) by (apply pow2_sqrt; lra). split.
  - apply Rmult_le_reg_r with (alpha * L); [nra|].
    replace ((start / alpha + alpha * L * sigma ^ 2) * (alpha * L)) with (start * L + (alpha * L * sigma) ^ 2)
      by (field; lra).
    pose proof (pow2_ge_0 (h - alpha * L * sigma)). rewrite <- C2. lra.
  - replace (start / (h / (L * sigma))) with (start * L * sigma / h) by (field; repeat split; lra).
    rewrite <- C2. field. repeat split; lra.
Qed.

Print Assumptions granular_variance.
Print Assumptions granular_step.
Print Assumptions train_law.
Print Assumptions granular_floor.
