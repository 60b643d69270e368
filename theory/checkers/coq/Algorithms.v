(** The other algorithms of docs/theory.md#algorithms as specialisations: digital SGD, analog SGD, the synchronous
    pipeline, the asynchronous pipeline on digital hardware, and the stashed one. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Master Trajectory Descent Device Training
  Synchronous Batch.
Import ListNotations.
Local Open Scope R_scope.

Definition digital (w D : R) : R := w + D.

Lemma digital_is_faithful w D : Rabs (digital w D - (w + D)) <= 0 * Rabs D.
Proof. unfold digital. rewrite Rminus_eq_0, Rabs_R0. lra. Qed.

(** * Without lag *)

Section no_lag.
  Variable P : sampler.
  Variables (M : nat) (size : nat -> nat) (K : nat).
  Let V : space := weights M size.
  Variables (f : V -> R) (grad : V -> V) (region : V -> Prop) (g : V -> nat -> V) (W : history -> V).
  Variables alpha L sigma lower : R.

  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis gradient : has_gradient region f grad.
  Hypothesis smooth : lipschitz region grad L.
  Hypothesis convex : forall w u t, region w -> region u -> 0 <= t <= 1 ->
    region (fun m c => w m c + t * (u m c - w m c)).
  Hypothesis inside : forall h, reachable P h -> (length h <= K)%nat -> region (W h).
  Hypothesis bounded_below : forall h, reachable P h -> (length h <= K)%nat -> lower <= f (W h).
  Hypothesis unbiased : forall h m c, met P K h -> given P h (fun i => g (W h) i m c) = grad (W h) m c.
  Hypothesis variance : forall h, met P K h ->
    given P h (fun i => norm (minus (g (W h) i) (grad (W h))) ^ 2) <= sigma ^ 2.

  Let A := average_squared_gradient P M size K grad W.
  Let p := (f (W []) - lower) / (alpha * INR K).
  Let x := alpha * L.

  Lemma A_nonneg : 0 <= A.
  Proof. unfold A, average_squared_gradient. rewrite A_is_norm by exact K_pos. apply pow2_ge_0. Qed.

  Let above_at_the_end h : reachable P h -> length h = K -> lower <= f (W h).
  Proof. intros R E. apply bounded_below; [exact R | lia]. Qed.

  Lemma p_nonneg : 0 <= p.
  Proof.
    pose proof (bounded_below [] I (Nat.le_0_l K)). apply Rmult_le_pos; [lra|]. left. apply Rinv_0_lt_compat.
    apply Rmult_lt_0_compat; [exact alpha_pos | apply lt_0_INR, K_pos].
  Qed.

  (** Nothing is late, so nothing is stale: the sensitivity and the lags are zero. *)
  Lemma without_lag device rho :
    0 <= rho -> run device alpha (fun h i => g (W h) i) W ->
    (forall h i m c, met P K h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
      let D := - alpha * g (W h) i m c in Rabs (device (W h m c) D - (W h m c + D)) <= rho * Rabs D) ->
    exists Y a, feasible p x sigma rho 0 0 A Y a.
  Proof.
    intros Hr Run Faithful.
    assert (Zero : forall y : euclid M, norm (sensitivity_of M (fun _ _ => 0) y) = 0).
    { intros y. apply norm_null, sum_zero. intros i _.
      assert (Z : sensitivity_of M (fun _ _ => 0) y i = 0) by (apply sum_zero; intros; ring).
      change (sensitivity_of M (fun _ _ => 0) y i * sensitivity_of M (fun _ _ => 0) y i = 0). rewrite Z. ring. }
    replace 0 with ((1 + rho) * alpha * 0) by ring.
    apply (training_sharp P M size K f grad g region (fun _ _ => device) (fun h i => g (W h) i))
      with (d := fun _ => O) (S := fun _ _ => 0); auto.
    - intros. lra.
    - intros h i m _ _ _. rewrite (sum_zero M (fun j => 0 * _)) by (intros; ring). apply Req_le.
      apply norm_null, sum_zero. intros c _. unfold minus. simpl. ring.
    - intros y. rewrite Zero. lra.
    - rewrite Zero. lra.
  Qed.

  (** Digital SGD: the classical bound. *)
  (* Claim: algorithm.digital_sgd *)
  Theorem digital_sgd :
    x < 1 -> run digital alpha (fun h i => g (W h) i) W -> A <= (p + x * sigma ^ 2 / 2) / (1 - x / 2).
  Proof.
    intros Hx Run. assert (X : 0 <= x) by (apply Rmult_le_pos; lra).
    destruct (without_lag digital 0) as (Y & a & Fe); auto; [lra | intros; apply digital_is_faithful|].
    apply (classical_bound p x sigma A Y a); auto using A_nonneg.
  Qed.

  (** Analog SGD: the synchronous closed form, whose floor is rho^2 sigma^2 / (1 - rho^2). *)
  (* Claim: algorithm.analog_sgd *)
  Theorem analog_sgd tau rho :
    0 < tau -> 0 <= rho < 1 -> x < 1 -> run (ald tau) alpha (fun h i => g (W h) i) W ->
    (forall h m c, met P K h -> (m < M)%nat -> (c < size m)%nat -> Rabs (W h m c) <= rho * tau) ->
    A <= synchronous p x sigma rho.
  Proof.
    intros Ht Hr Hx Run Sat. assert (X : 0 <= x) by (apply Rmult_le_pos; lra).
    destruct (without_lag (ald tau) rho) as (Y & a & Fe); auto; [lra | intros; apply ald_distortion; auto|].
    apply (synchronous_bound p x sigma rho A Y a); auto using A_nonneg, p_nonneg.
  Qed.
End no_lag.

(** * Analog-SGD-SP: a synchronous pipeline averages B fresh gradients; it is analog SGD with sigma^2 / B *)

Section synchronous_pipeline.
  Variable N : nat.
  Variable chance1 : nat -> R.
  Hypothesis chance1_nonneg : forall i, 0 <= chance1 i.
  Hypothesis chance1_total : sum N chance1 = 1.
  Variable B : nat.
  Hypothesis B_pos : (0 < B)%nat.
  Let P := batches N chance1 chance1_nonneg chance1_total B.

  Variables (M : nat) (size : nat -> nat) (K : nat).
  Let V : space := weights M size.
  Variables (f : V -> R) (grad : V -> V) (region : V -> Prop) (g : V -> nat -> V) (W : history -> V).
  Variables alpha tau rho L sigma lower : R.

  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis tau_pos : 0 < tau.
  Hypothesis rho_range : 0 <= rho < 1.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis x_small : alpha * L < 1.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis gradient : has_gradient region f grad.
  Hypothesis smooth : lipschitz region grad L.
  Hypothesis convex : forall w u t, region w -> region u -> 0 <= t <= 1 ->
    region (fun m c => w m c + t * (u m c - w m c)).
  Hypothesis inside : forall h, reachable P h -> (length h <= K)%nat -> region (W h).
  Hypothesis bounded_below : forall h, reachable P h -> (length h <= K)%nat -> lower <= f (W h).

  (** of one sample, at the weights met *)
  Hypothesis unbiased : forall h m c, met P K h -> sum N (fun i => chance1 i * g (W h) i m c) = grad (W h) m c.
  Hypothesis variance : forall h, met P K h ->
    sum N (fun i => chance1 i * norm (minus (g (W h) i) (grad (W h))) ^ 2) <= sigma ^ 2.
  Hypothesis analog_sgd_sp : run (ald tau) alpha (fun h => batch_mean N B (g (W h))) W.
  Hypothesis saturation : forall h m c, met P K h -> (m < M)%nat -> (c < size m)%nat -> Rabs (W h m c) <= rho * tau.

  Lemma batch_coordinate X m c i :
    (batch_sum N B X i : V) m c = batch_sum (H := real_space) N B (fun j => (X j : V) m c) i.
  Proof.
    clear B_pos P inside saturation analog_sgd_sp bounded_below unbiased variance. revert i.
    induction B as [|b IH]; intros i; [reflexivity|]. simpl. now rewrite <- IH.
  Qed.

  (* Claim: algorithm.analog_sgd_sp *)
  Theorem analog_sgd_sp_bound :
    average_squared_gradient P M size K grad W
    <= synchronous ((f (W []) - lower) / (alpha * INR K)) (alpha * L) (sigma / sqrt (INR B)) rho.
  Proof.
    assert (PB : 0 < INR B) by (apply lt_0_INR, B_pos).
    apply (analog_sgd P M size K f grad region (fun w => batch_mean N B (g w))) with (tau := tau); auto.
    - apply Rmult_le_pos; [exact sigma_nonneg|]. left. apply Rinv_0_lt_compat, sqrt_lt_R0, PB.
    - intros h m c Met.
      pose proof (batch_sum_mean N chance1 chance1_total (H := real_space) B (fun i => g (W h) i m c) 1) as E.
      simpl (InnerProduct.inner _ _) in E.
      transitivity (/ INR B * sum (N ^ B) (fun i => batch_chance N chance1 B i *
        (batch_sum (H := real_space) N B (fun j => g (W h) j m c) i * 1))).
      + rewrite <- sum_scal. apply sum_ext. intros i _.
        change (batch_chance N chance1 B i * (/ INR B * (batch_sum N B (g (W h)) i : V) m c) =
          / INR B * (batch_chance N chance1 B i * (batch_sum (H := real_space) N B (fun j => g (W h) j m c) i * 1))).
        rewrite batch_coordinate. ring.
      + rewrite E, <- (unbiased h m c Met).
        rewrite (sum_ext N _ (fun i => chance1 i * g (W h) i m c)) by (intros; ring). field. lra.
    - intros h Met. apply Rle_trans with (sigma ^ 2 / INR B).
      + apply (batch_mean_variance N chance1 chance1_total); auto.
        intros w.
        transitivity (sum M (fun m => sum (size m) (fun c => w m c * sum N (fun i => chance1 i * g (W h) i m c)))).
        * rewrite (sum_ext N _ (fun i => sum M (fun m => chance1 i * sum (size m) (fun c => g (W h) i m c * w m c))))
            by (intros; now rewrite sum_scal).
          rewrite sum_swap. apply sum_ext. intros m _.
          rewrite (sum_ext N _ (fun i => sum (size m) (fun c => chance1 i * (g (W h) i m c * w m c))))
            by (intros; now rewrite sum_scal).
          rewrite sum_swap. apply sum_ext. intros c _. rewrite <- sum_scal. apply sum_ext. intros. ring.
        * apply sum_ext. intros m _. apply sum_ext. intros c _. rewrite (unbiased h m c Met).
          change (w m c * grad (W h) m c = grad (W h) m c * w m c). ring.
      + apply Req_le. unfold Rdiv. rewrite Rpow_mult_distr, pow_inv, pow2_sqrt; lra.
  Qed.
End synchronous_pipeline.

(** * With lag, on digital hardware *)

Section digital_pipeline.
  Variable P : sampler.
  Variables (M : nat) (size : nat -> nat) (K : nat).
  Let V : space := weights M size.
  Variables (f : V -> R) (grad : V -> V) (region : V -> Prop) (G : V -> V -> nat -> V) (W : history -> V).
  Variables alpha L sigma lower Lambda1 Lambdah : R.
  Variables (d : nat -> nat) (S : nat -> nat -> R).

  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis gradient : has_gradient region f grad.
  Hypothesis smooth : lipschitz region grad L.
  Hypothesis convex : forall w u t, region w -> region u -> 0 <= t <= 1 ->
    region (fun m c => w m c + t * (u m c - w m c)).
  Hypothesis inside : forall h, reachable P h -> (length h <= K)%nat -> region (W h).
  Hypothesis bounded_below : forall h, reachable P h -> length h = K -> lower <= f (W h).
  Hypothesis unbiased : forall h m c, met P K h -> given P h (fun i => G (W h) (W h) i m c) = grad (W h) m c.
  Hypothesis variance : forall h, met P K h ->
    given P h (fun i => norm (minus (G (W h) (W h) i) (grad (W h))) ^ 2) <= sigma ^ 2.
  Hypothesis S_nonneg : forall i j, (i < M)%nat -> (j < M)%nat -> 0 <= S i j.
  Hypothesis coherent_delay : delay_constant M S (fun m => INR (d m)) Lambda1.
  Hypothesis Lambdah_nonneg : 0 <= Lambdah.
  Hypothesis martingale_delay : delay_constant M S (fun m => sqrt (INR (d m))) Lambdah.

  Let A := average_squared_gradient P M size K grad W.
  Let p := (f (W []) - lower) / (alpha * INR K).
  Let x := alpha * L.
  Let q := alpha * Lambda1.
  Let qn := alpha * (Lambdah * sigma).

  (** Any direction that is stale by at most S. *)
  Lemma digital_lagged (direction : history -> nat -> V) :
    run digital alpha direction W ->
    (forall h i m, met P K h -> reachable P (i :: h) -> (m < M)%nat ->
      norm (minus (direction h i) (G (W h) (W h) i) m : euclid (size m))
      <= sum M (fun j => S m j * norm (minus (W h) (late d W h) j : euclid (size j)))) ->
    domain x 0 q -> A <= explicit p x sigma 0 q qn.
  Proof.
    intros Run Stale.
    replace q with ((1 + 0) * alpha * Lambda1) by (unfold q; ring).
    replace qn with ((1 + 0) * alpha * (Lambdah * sigma)) by (unfold qn; ring).
    apply (training_explicit P M size K f grad (fun w => G w w) region (fun _ _ => digital) direction) with (d := d)
      (S := S);
      auto; [lra | intros; apply digital_is_faithful|].
    apply (noise_by_total P M size K grad (fun w => G w w)); auto.
  Qed.

  (** Digital AP: forward weights late, backward weights current. *)
  (* Claim: algorithm.digital_ap *)
  Theorem digital_ap :
    run digital alpha (fun h i => G (late d W h) (W h) i) W ->
    (forall h i m, met P K h -> reachable P (i :: h) -> (m < M)%nat ->
      norm (minus (G (late d W h) (W h) i) (G (W h) (W h) i) m : euclid (size m))
      <= sum M (fun j => S m j * norm (minus (W h) (late d W h) j : euclid (size j)))) ->
    domain x 0 q -> A <= explicit p x sigma 0 q qn.
  Proof. apply digital_lagged. Qed.

  (** Stashed AP: forward and backward weights late alike, so S is the full sensitivity. *)
  (* Claim: algorithm.stashed_ap *)
  Theorem stashed_ap :
    run digital alpha (fun h i => G (late d W h) (late d W h) i) W ->
    (forall h i m, met P K h -> reachable P (i :: h) -> (m < M)%nat ->
      norm (minus (G (late d W h) (late d W h) i) (G (W h) (W h) i) m : euclid (size m))
      <= sum M (fun j => S m j * norm (minus (W h) (late d W h) j : euclid (size j)))) ->
    domain x 0 q -> A <= explicit p x sigma 0 q qn.
  Proof. apply digital_lagged. Qed.
End digital_pipeline.

Print Assumptions digital_sgd.
Print Assumptions analog_sgd_sp_bound.
Print Assumptions stashed_ap.
