(** Theorem 1 for noise that grows with the gradient: E |n_k|^2 <= sigma^2 + growth |grad f(W_k)|^2 given the past.

    Averaged over the run the noise is at most level = sqrt (sigma^2 + growth A) long, and the level stands where
    sigma stood in Theorem 1.  Nothing else of its proof speaks of the variance. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Sequences Master Trajectory Descent Device Training.
Import ListNotations.
Local Open Scope R_scope.

Section growing.
  Variable P : sampler.
  Variables (M : nat) (size : nat -> nat) (K : nat).
  Local Notation V := (weights M size).
  Variable W : history -> V.
  Variable gradient : history -> V.
  Variables fresh direction : history -> nat -> V.
  Variable alpha : R.
  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis alpha_pos : 0 < alpha.

  Let F := F P M size K gradient.
  Let n := n P M size K gradient fresh.
  Let b := b P M size K fresh direction.
  Let e := e P M size K W direction alpha.
  Let error := error P M size K W fresh direction alpha.
  Let v := v P M size K W gradient fresh direction alpha.
  Let step := step P M size K W gradient fresh direction alpha.
  Let A := mean_squared_gradient P M size K gradient.

  Hypothesis unbiased : forall h m c, met P K h -> conditional P (fun h => n h m c) h = 0.
  Variables sigma growth : R.
  Hypothesis growth_nonneg : 0 <= growth.
  Hypothesis variance_growing : forall h, met P K h ->
    conditional P (fun h => inner (n h) (n h)) h <= sigma ^ 2 + growth * inner (gradient h) (gradient h).
  Let s := level sigma growth A.

  Lemma growing_given_the_past h : reachable P h -> (length h < K)%nat ->
    conditional P (fun h => inner (n h) (n h) + - growth * inner (F h) (F h)) h <= sigma ^ 2.
  Proof.
    intros R Len. pose proof (variance_growing h (conj R Len)) as V.
    replace (conditional P (fun h => inner (n h) (n h) + - growth * inner (F h) (F h)) h) with
      (conditional P (fun h => inner (n h) (n h)) h + conditional P (fun _ => - growth * inner (gradient h) (gradient
        h)) h)
      by (unfold conditional; now rewrite <- (apply_plus (given P h))).
    rewrite conditional_const. lra.
  Qed.

  Lemma noise_at_most_level : norm n <= s.
  Proof.
    apply norm_le; [apply sqrt_pos|]. unfold s, A. rewrite (A_is_norm P M size K gradient K_pos).
    exact (noise_at_level P K F n sigma growth K_pos growth_nonneg growing_given_the_past).
  Qed.

  Variables Lambda1 nu rho : R.
  Hypothesis stale_at_most : norm b <= alpha * (Lambda1 * norm v + nu).
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis drift : forall h i m c, met P K h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
    Rabs (e (i :: h) m c) <= rho * Rabs (direction h i m c).
  Let q := (1 + rho) * alpha * Lambda1.
  Let qn := (1 + rho) * alpha * nu.

  Variable value : history -> R.
  Variables L lower : R.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis bounded_below : forall h, reachable P h -> length h = K -> lower <= value h.
  Hypothesis smooth : forall h i, met P K h -> reachable P (i :: h) ->
    value (i :: h) <= value h + inner (gradient h) (step (i :: h)) + L / 2 * inner (step (i :: h)) (step (i :: h)).
  Let p := (value [] - lower) / (alpha * INR K).

  (** Theorem 1 along a trajectory, with the level for sigma. *)
  Theorem trajectory_sharp_growing : exists Y a, feasible p (alpha * L) s rho q qn A Y a.
  Proof.
    unfold s, A. rewrite (A_is_norm P M size K gradient K_pos).
    exists (norm v), (inner (scal (/ norm F) F) v).
    apply (run_sharp_growing P K value lower K_pos (mean_below P K value lower bounded_below) F n b e
      (scal (/ norm F) F)); try assumption.
    - apply (noise P M size K gradient fresh unbiased).
    - apply direction_of_F.
    - apply (direction_known P M size K gradient K_pos).
    - apply (F_known P M size K gradient K_pos).
    - apply (smooth_seen P M size K W gradient fresh direction alpha K_pos value L smooth).
    - apply (norm_pointwise P M size K W gradient fresh direction alpha K_pos rho rho_nonneg drift).
    - exact growing_given_the_past.
  Qed.
End growing.

(** Theorem 3 for such noise: the growth comes off the left-hand side. *)
(* Claim: growing.linear *)
Theorem linear_growing p x sigma growth rho q qn A Y a t :
  0 <= x -> 0 <= growth -> 0 <= A -> x + q ^ 2 < 1 -> 0 < t ->
  feasible p x (level sigma growth A) rho q qn A Y a ->
  let s := 1 - x - q ^ 2 in let kappa := 2 * q ^ 2 / s in
  A * (1 - (1 + t) * (1 + kappa) * rho ^ 2)
    - growth * A * (x + (1 + kappa) * (1 + t) * rho ^ 2 + 2 * x ^ 2 / s)
  <= 2 * p + x * sigma ^ 2 + (1 + kappa) * ((1 + t) * rho ^ 2 * sigma ^ 2 + (1 + / t) * qn ^ 2)
     + 2 * (x * sigma) ^ 2 / s.
Proof.
  intros Hx Hg HA Short Ht Fe s kappa.
  assert (S : 0 < s) by (unfold s; lra).
  pose proof (level_sq sigma growth A Hg HA) as Q.
  pose proof (sharp_le_linear p x (level sigma growth A) rho q qn A Y a Hx (sqrt_pos _) HA t Short Ht Fe) as Le.
  cbv zeta in Le. fold s in Le. fold kappa in Le.
  rewrite (Rpow_mult_distr x (level _ _ _)), Q in Le. rewrite (Rpow_mult_distr x sigma).
  replace (2 * (x ^ 2 * (sigma ^ 2 + growth * A)) / s)
    with (2 * (x ^ 2 * sigma ^ 2) / s + growth * A * (2 * x ^ 2 / s)) in Le by (field; lra).
  lra.
Qed.

(** * Analog-SGD-AP with such noise, from docs/theory.md#assumptions, on any devices *)

Section any_device.
  Variable P : sampler.
  Variables (M : nat) (size : nat -> nat) (K : nat).
  Local Notation V := (weights M size).
  Variables (f : V -> R) (grad : V -> V) (region : V -> Prop).
  Variable G : V -> V -> nat -> V.
  Variable W : history -> V.
  Variable device : nat -> nat -> R -> R -> R.
  Variables alpha gain gamma L sigma growth lower Lambda1 Lambdah : R.
  Variables (d : nat -> nat) (S : nat -> nat -> R).

  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis gain_pos : 0 < gain.
  Hypothesis gamma_nonneg : 0 <= gamma.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis growth_nonneg : 0 <= growth.
  Hypothesis Lambdah_nonneg : 0 <= Lambdah.
  Hypothesis analog_sgd_ap : run_by device alpha (fun h i => G (late d W h) (W h) i) W.
  Hypothesis gradient : has_gradient region f grad.
  Hypothesis smooth : lipschitz region grad L.
  Hypothesis convex : forall w u t, region w -> region u -> 0 <= t <= 1 ->
    region (fun m c => w m c + t * (u m c - w m c)).
  Hypothesis inside : forall h, reachable P h -> (length h <= K)%nat -> region (W h).
  Hypothesis bounded_below : forall h, reachable P h -> length h = K -> lower <= f (W h).
  Hypothesis unbiased : forall h m c, met P K h -> given P h (fun i => G (W h) (W h) i m c) = grad (W h) m c.
  Hypothesis variance_growing : forall h, met P K h ->
    given P h (fun i => norm (minus (G (W h) (W h) i) (grad (W h))) ^ 2)
    <= sigma ^ 2 + growth * inner (grad (W h)) (grad (W h)).
  Hypothesis response : forall h i m c, met P K h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
    responds (device m c) gain gamma (W h m c) (- alpha * G (late d W h) (W h) i m c).
  Hypothesis S_nonneg : forall i j, (i < M)%nat -> (j < M)%nat -> 0 <= S i j.
  Hypothesis sensitivity : forall h i m, met P K h -> reachable P (i :: h) -> (m < M)%nat ->
    norm (minus (G (late d W h) (W h) i) (G (W h) (W h) i) m : euclid (size m))
    <= sum M (fun j => S m j * norm (minus (W h) (late d W h) j : euclid (size j))).
  Hypothesis coherent_delay : delay_constant M S (fun m => INR (d m)) Lambda1.
  Hypothesis martingale_delay : delay_constant M S (fun m => sqrt (INR (d m))) Lambdah.

  Let gradients := fun h => grad (W h).
  Let fresh := fun h => G (W h) (W h).
  Let direction := fun h i => G (late d W h) (W h) i.
  Let A := average_squared_gradient P M size K grad W.
  Let noise := n P M size K gradients fresh.
  Let unbiased_noise := unbiased' P M size K grad (fun w => G w w) W unbiased.

  Lemma noise_variance_growing : forall h, met P K h ->
    conditional P (fun h => inner (noise h) (noise h)) h <= sigma ^ 2 + growth * inner (gradients h) (gradients h).
  Proof.
    intros h Met. apply Rle_trans with (2 := variance_growing h Met), Req_le, apply_ext. intros i _.
    rewrite norm_sq. apply sum_ext. intros m _. apply sum_ext. intros c _.
    unfold minus, noise, n, at_sample, gradients, fresh. simpl. ring.
  Qed.

  Let step_pos : 0 < alpha * gain.
  Proof. now apply Rmult_lt_0_compat. Qed.

  Let trains : run_by (at_gain_one gain device) (alpha * gain) direction W.
  Proof. apply run_at_gain_one; [lra | exact analog_sgd_ap]. Qed.

  Theorem any_device_sharp_growing : exists Y a,
    feasible ((f (W []) - lower) / (alpha * gain * INR K)) (alpha * gain * L) (level sigma growth A) gamma
      ((1 + gamma) * (alpha * gain) * Lambda1) ((1 + gamma) * (alpha * gain) * (Lambdah * level sigma growth A)) A Y a.
  Proof.
    apply (trajectory_sharp_growing P M size K W gradients fresh direction (alpha * gain) K_pos step_pos unbiased_noise
      sigma growth growth_nonneg noise_variance_growing Lambda1 (Lambdah * level sigma growth A)) with (value := fun h
        => f (W h));
      try assumption.
    - apply (staleness P M size K W gradients fresh direction (alpha * gain) K_pos step_pos unbiased_noise d S S_nonneg
        (stale' P M size K (fun w => G w w) direction W d S sensitivity) Lambda1 _ coherent_delay).
      apply Rle_trans with (1 := martingale_delay _). rewrite norm_stage_norms.
      apply Rmult_le_compat_l; [exact Lambdah_nonneg|].
      apply (noise_at_most_level P M size K gradients fresh K_pos sigma growth growth_nonneg noise_variance_growing).
    - apply (drift' P M size K (at_gain_one gain device) direction W (alpha * gain) gamma step_pos trains).
      intros. apply responds_at_gain_one; [exact gain_pos | now apply response].
    - apply (smooth' P M size K f grad (fun w => G w w) region direction W (alpha * gain) L K_pos step_pos gradient
      smooth
        convex inside).
  Qed.
End any_device.

(** * The linear device *)

Section analog_sgd_ap.
  Variable P : sampler.
  Variables (M : nat) (size : nat -> nat) (K : nat).
  Local Notation V := (weights M size).
  Variables (f : V -> R) (grad : V -> V) (region : V -> Prop).
  Variable G : V -> V -> nat -> V.
  Variable W : history -> V.
  Variables alpha tau rho L sigma growth lower Lambda1 Lambdah : R.
  Variables (d : nat -> nat) (S : nat -> nat -> R).

  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis tau_pos : 0 < tau.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis growth_nonneg : 0 <= growth.
  Hypothesis Lambdah_nonneg : 0 <= Lambdah.
  Hypothesis analog_sgd_ap : run (ald tau) alpha (fun h i => G (late d W h) (W h) i) W.
  Hypothesis gradient : has_gradient region f grad.
  Hypothesis smooth : lipschitz region grad L.
  Hypothesis convex : forall w u t, region w -> region u -> 0 <= t <= 1 ->
    region (fun m c => w m c + t * (u m c - w m c)).
  Hypothesis inside : forall h, reachable P h -> (length h <= K)%nat -> region (W h).
  Hypothesis bounded_below : forall h, reachable P h -> length h = K -> lower <= f (W h).
  Hypothesis unbiased : forall h m c, met P K h -> given P h (fun i => G (W h) (W h) i m c) = grad (W h) m c.
  Hypothesis variance_growing : forall h, met P K h ->
    given P h (fun i => norm (minus (G (W h) (W h) i) (grad (W h))) ^ 2)
    <= sigma ^ 2 + growth * inner (grad (W h)) (grad (W h)).
  Hypothesis saturation : forall h m c, met P K h -> (m < M)%nat -> (c < size m)%nat -> Rabs (W h m c) <= rho * tau.
  Hypothesis S_nonneg : forall i j, (i < M)%nat -> (j < M)%nat -> 0 <= S i j.
  Hypothesis sensitivity : forall h i m, met P K h -> reachable P (i :: h) -> (m < M)%nat ->
    norm (minus (G (late d W h) (W h) i) (G (W h) (W h) i) m : euclid (size m))
    <= sum M (fun j => S m j * norm (minus (W h) (late d W h) j : euclid (size j))).
  Hypothesis coherent_delay : delay_constant M S (fun m => INR (d m)) Lambda1.
  Hypothesis martingale_delay : delay_constant M S (fun m => sqrt (INR (d m))) Lambdah.

  Let A := average_squared_gradient P M size K grad W.

  Theorem analog_sgd_ap_sharp_growing : exists Y a,
    feasible ((f (W []) - lower) / (alpha * INR K)) (alpha * L) (level sigma growth A) rho
      ((1 + rho) * alpha * Lambda1) ((1 + rho) * alpha * (Lambdah * level sigma growth A)) A Y a.
  Proof.
    pose proof (any_device_sharp_growing P M size K f grad region G W (fun _ _ => ald tau) alpha 1 rho L sigma growth
      lower Lambda1 Lambdah d S) as T.
    rewrite Rmult_1_r in T. apply T; auto using Rlt_0_1. intros. apply linear_responds; auto.
  Qed.
End analog_sgd_ap.

Print Assumptions trajectory_sharp_growing.
Print Assumptions analog_sgd_ap_sharp_growing.
