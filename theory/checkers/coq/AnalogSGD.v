(** Theorems 1 and 2 for Analog-SGD-AP, from the assumptions of docs/theory.md#assumptions.

    Stage m reads in its forward pass the weights of d_m updates ago, in its backward pass the current ones, and every
    element is updated by its device: first by any devices whose steps are gain D up to the fraction gamma, then by the
    asymmetric linear device of saturation tau. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Master Complexity Trajectory Descent Device
  Training.
Import ListNotations.
Local Open Scope R_scope.

(** * Any devices *)

Section any_device.
  (* samples, model, objective *)
  Variable P : sampler.
  Variables (M : nat) (size : nat -> nat) (K : nat).
  Let V : space := weights M size.
  Variables (f : V -> R) (grad : V -> V) (region : V -> Prop).

  (** G u w i: the direction of sample i with forward weights u and backward weights w. *)
  Variable G : V -> V -> nat -> V.

  (* run and constants *)
  Variable W : history -> V.
  Variable device : nat -> nat -> R -> R -> R.
  Variables alpha gain gamma L sigma lower Lambda1 : R.
  Variables (d : nat -> nat) (S : nat -> nat -> R).

  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis gain_pos : 0 < gain.
  Hypothesis gamma_nonneg : 0 <= gamma.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis sigma_nonneg : 0 <= sigma.

  (** the algorithm *)
  Hypothesis analog_sgd_ap : run_by device alpha (fun h i => G (late d W h) (W h) i) W.

  (** smooth, lower *)
  Hypothesis gradient : has_gradient region f grad.
  Hypothesis smooth : lipschitz region grad L.
  Hypothesis convex : forall w u t, region w -> region u -> 0 <= t <= 1 ->
    region (fun m c => w m c + t * (u m c - w m c)).
  Hypothesis inside : forall h, reachable P h -> (length h <= K)%nat -> region (W h).
  Hypothesis bounded_below : forall h, reachable P h -> length h = K -> lower <= f (W h).

  (** unbiased, variance *)
  Hypothesis unbiased : forall h m c, met P K h -> given P h (fun i => G (W h) (W h) i m c) = grad (W h) m c.
  Hypothesis variance : forall h, met P K h ->
    given P h (fun i => norm (minus (G (W h) (W h) i) (grad (W h))) ^ 2) <= sigma ^ 2.

  (** response: gain and gamma of the devices, at the weights that are met and for the steps that are taken *)
  Hypothesis response : forall h i m c, met P K h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
    responds (device m c) gain gamma (W h m c) (- alpha * G (late d W h) (W h) i m c).

  (** lags, with the staleness sensitivity S of the model *)
  Hypothesis S_nonneg : forall i j, (i < M)%nat -> (j < M)%nat -> 0 <= S i j.
  Hypothesis sensitivity : forall h i m, met P K h -> reachable P (i :: h) -> (m < M)%nat ->
    norm (minus (G (late d W h) (W h) i) (G (W h) (W h) i) m : euclid (size m))
    <= sum M (fun j => S m j * norm (minus (W h) (late d W h) j : euclid (size j))).

  (** norm2 (S Diag d) <= Lambda1 *)
  Hypothesis coherent_delay : delay_constant M S (fun m => INR (d m)) Lambda1.

  (** alpha gain stands where the theorems for the linear device have alpha, gamma where they have rho *)
  Let A := average_squared_gradient P M size K grad W.
  Let p := (f (W []) - lower) / (alpha * gain * INR K).
  Let x := alpha * gain * L.
  Let q := (1 + gamma) * (alpha * gain) * Lambda1.

  Let step_pos : 0 < alpha * gain.
  Proof. now apply Rmult_lt_0_compat. Qed.

  Let trains : run_by (at_gain_one gain device) (alpha * gain) (fun h i => G (late d W h) (W h) i) W.
  Proof. apply run_at_gain_one; [lra | exact analog_sgd_ap]. Qed.

  Let device_is_faithful h i m c :
    met P K h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
    let D := - (alpha * gain) * G (late d W h) (W h) i m c in
    Rabs (at_gain_one gain device m c (W h m c) D - (W h m c + D)) <= gamma * Rabs D.
  Proof. intros. apply responds_at_gain_one; auto. Qed.

  Let noise := n P M size K (fun h => grad (W h)) (fun h => G (W h) (W h)).
  Let felt := sensitivity_of M S (fun m => sqrt (INR (d m)) * stage_norms P M size K noise m).

  Lemma sharp_if_felt nu : norm felt <= nu -> exists Y a, feasible p x sigma gamma q ((1 + gamma) * (alpha * gain) *
    nu) A Y a.
  Proof.
    apply (training_sharp P M size K f grad (fun w => G w w) region (at_gain_one gain device)
      (fun h i => G (late d W h) (W h) i)) with (S := S); auto.
  Qed.

  Lemma explicit_if_felt nu :
    norm felt <= nu -> domain x gamma q -> A <= explicit p x sigma gamma q ((1 + gamma) * (alpha * gain) * nu).
  Proof.
    apply (training_explicit P M size K f grad (fun w => G w w) region (at_gain_one gain device)
      (fun h i => G (late d W h) (W h) i)) with (S := S); auto.
  Qed.

  Section noise_in_total.
    Variable Lambdah : R.
    Hypothesis Lambdah_nonneg : 0 <= Lambdah.

    (** norm2 (S Diag (sqrt d)) <= Lambdah *)
    Hypothesis martingale_delay : delay_constant M S (fun m => sqrt (INR (d m))) Lambdah.

    Let qn := (1 + gamma) * (alpha * gain) * (Lambdah * sigma).

    Let felt_in_total : norm felt <= Lambdah * sigma.
    Proof. apply (noise_by_total P M size K grad (fun w => G w w)); auto. Qed.

    (** Theorem 1: A lies in the feasible set. *)
    Theorem any_device_sharp : exists Y a, feasible p x sigma gamma q qn A Y a.
    Proof. exact (sharp_if_felt _ felt_in_total). Qed.

    (** Theorem 2: A is at most the explicit bound. *)
    Theorem any_device_explicit : domain x gamma q -> A <= explicit p x sigma gamma q qn.
    Proof. exact (explicit_if_felt _ felt_in_total). Qed.

    (** Theorem 3: within eps of the floor after so many iterations with the step size that balances start and noise. *)
    Theorem any_device_iterations t eps :
      let Delta := f (W []) - lower in
      let kappa := 2 * q ^ 2 / (1 - x - q ^ 2) in
      0 < t -> 0 < eps -> 0 < sigma -> 0 < L -> 0 < Delta -> 0 <= Lambda1 ->
      alpha * gain = best_step sigma L Delta (INR K) -> x <= / 4 -> q <= / 4 ->
      iterations sigma L Delta t gamma Lambda1 (Lambdah * sigma) eps <= INR K ->
      A * (1 - (1 + t) * (1 + kappa) * gamma ^ 2) <= (1 + t) * gamma ^ 2 * sigma ^ 2 + eps.
    Proof.
      intros Delta kappa Ht He Hs HL HD H1 Step Hx Hq Enough.
      destruct any_device_sharp as (Y & a & Fe).
      unfold kappa, x, q, qn, p in *. rewrite Step in *.
      apply (within_eps sigma L Delta (INR K) t gamma Lambda1 (Lambdah * sigma)) with (Y := Y) (a := a); auto.
      - apply lt_0_INR, K_pos.
      - apply Rmult_le_pos; assumption.
      - unfold A, average_squared_gradient. rewrite A_is_norm by exact K_pos. apply pow2_ge_0.
    Qed.
  End noise_in_total.

  (** The same with the stage-wise variances known: nu = norm (S Diag (sqrt d) s). *)
  Section noise_by_stage.
    Variable s : nat -> R.
    Hypothesis s_nonneg : forall m, 0 <= s m.
    Hypothesis stage_variance : forall h m, met P K h -> (m < M)%nat ->
      given P h (fun i => norm (minus (G (W h) (W h) i) (grad (W h)) m : euclid (size m)) ^ 2) <= s m ^ 2.

    Let nu := norm (sensitivity_of M S (fun m => sqrt (INR (d m)) * s m)).
    Let qn := (1 + gamma) * (alpha * gain) * nu.

    Let felt_by_stage : norm felt <= nu.
    Proof. apply (noise_by_stage P M size K grad (fun w => G w w)); auto. Qed.

    Theorem any_device_sharp_by_stage : exists Y a, feasible p x sigma gamma q qn A Y a.
    Proof. exact (sharp_if_felt _ felt_by_stage). Qed.

    Theorem any_device_explicit_by_stage : domain x gamma q -> A <= explicit p x sigma gamma q qn.
    Proof. exact (explicit_if_felt _ felt_by_stage). Qed.
  End noise_by_stage.
End any_device.

(** * The linear device: gain 1, and the saturation rho for gamma *)

Section analog_sgd_ap.
  (* samples, model, objective *)
  Variable P : sampler.
  Variables (M : nat) (size : nat -> nat) (K : nat).
  Let V : space := weights M size.
  Variables (f : V -> R) (grad : V -> V) (region : V -> Prop).

  (** G u w i: the direction of sample i with forward weights u and backward weights w. *)
  Variable G : V -> V -> nat -> V.

  (* run and constants *)
  Variable W : history -> V.
  Variables alpha tau rho L sigma lower Lambda1 : R.
  Variables (d : nat -> nat) (S : nat -> nat -> R).

  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis tau_pos : 0 < tau.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis sigma_nonneg : 0 <= sigma.

  (** the algorithm *)
  Hypothesis analog_sgd_ap : run (ald tau) alpha (fun h i => G (late d W h) (W h) i) W.

  (** smooth, lower *)
  Hypothesis gradient : has_gradient region f grad.
  Hypothesis smooth : lipschitz region grad L.
  Hypothesis convex : forall w u t, region w -> region u -> 0 <= t <= 1 ->
    region (fun m c => w m c + t * (u m c - w m c)).
  Hypothesis inside : forall h, reachable P h -> (length h <= K)%nat -> region (W h).
  Hypothesis bounded_below : forall h, reachable P h -> length h = K -> lower <= f (W h).

  (** unbiased, variance *)
  Hypothesis unbiased : forall h m c, met P K h -> given P h (fun i => G (W h) (W h) i m c) = grad (W h) m c.
  Hypothesis variance : forall h, met P K h ->
    given P h (fun i => norm (minus (G (W h) (W h) i) (grad (W h))) ^ 2) <= sigma ^ 2.

  (** saturation *)
  Hypothesis saturation : forall h m c, met P K h -> (m < M)%nat -> (c < size m)%nat -> Rabs (W h m c) <= rho * tau.

  (** lags, with the staleness sensitivity S of the model *)
  Hypothesis S_nonneg : forall i j, (i < M)%nat -> (j < M)%nat -> 0 <= S i j.
  Hypothesis sensitivity : forall h i m, met P K h -> reachable P (i :: h) -> (m < M)%nat ->
    norm (minus (G (late d W h) (W h) i) (G (W h) (W h) i) m : euclid (size m))
    <= sum M (fun j => S m j * norm (minus (W h) (late d W h) j : euclid (size j))).

  (** norm2 (S Diag d) <= Lambda1 *)
  Hypothesis coherent_delay : delay_constant M S (fun m => INR (d m)) Lambda1.

  Let A := average_squared_gradient P M size K grad W.
  Let p := (f (W []) - lower) / (alpha * INR K).
  Let x := alpha * L.
  Let q := (1 + rho) * alpha * Lambda1.

  Let respond h i m c : met P K h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
    responds (ald tau) 1 rho (W h m c) (- alpha * G (late d W h) (W h) i m c).
  Proof. intros. apply linear_responds; auto. Qed.

  Section noise_in_total.
    Variable Lambdah : R.
    Hypothesis Lambdah_nonneg : 0 <= Lambdah.

    (** norm2 (S Diag (sqrt d)) <= Lambdah *)
    Hypothesis martingale_delay : delay_constant M S (fun m => sqrt (INR (d m))) Lambdah.

    Let qn := (1 + rho) * alpha * (Lambdah * sigma).

    (** Theorem 1: A lies in the feasible set. *)
    Theorem analog_sgd_ap_sharp : exists Y a, feasible p x sigma rho q qn A Y a.
    Proof.
      pose proof (any_device_sharp P M size K f grad region G W (fun _ _ => ald tau) alpha 1 rho L sigma lower Lambda1
        d S) as T.
      rewrite Rmult_1_r in T. apply T; auto using Rlt_0_1.
    Qed.

    (** Theorem 2: A is at most the explicit bound. *)
    Theorem analog_sgd_ap_explicit : domain x rho q -> A <= explicit p x sigma rho q qn.
    Proof.
      pose proof (any_device_explicit P M size K f grad region G W (fun _ _ => ald tau) alpha 1 rho L sigma lower
        Lambda1 d S) as T.
      rewrite Rmult_1_r in T. apply T; auto using Rlt_0_1.
    Qed.

    (** Theorem 3: within eps of the floor after so many iterations with the step size that balances start and noise. *)
    Theorem analog_sgd_ap_iterations t eps :
      let Delta := f (W []) - lower in
      let kappa := 2 * q ^ 2 / (1 - x - q ^ 2) in
      0 < t -> 0 < eps -> 0 < sigma -> 0 < L -> 0 < Delta -> 0 <= Lambda1 ->
      alpha = best_step sigma L Delta (INR K) -> x <= / 4 -> q <= / 4 ->
      iterations sigma L Delta t rho Lambda1 (Lambdah * sigma) eps <= INR K ->
      A * (1 - (1 + t) * (1 + kappa) * rho ^ 2) <= (1 + t) * rho ^ 2 * sigma ^ 2 + eps.
    Proof.
      pose proof (any_device_iterations P M size K f grad region G W (fun _ _ => ald tau) alpha 1 rho L sigma lower
        Lambda1 d S) as T.
      rewrite Rmult_1_r in T. apply T; auto using Rlt_0_1.
    Qed.
  End noise_in_total.

  (** The same with the stage-wise variances known: nu = norm (S Diag (sqrt d) s). *)
  Section noise_by_stage.
    Variable s : nat -> R.
    Hypothesis s_nonneg : forall m, 0 <= s m.
    Hypothesis stage_variance : forall h m, met P K h -> (m < M)%nat ->
      given P h (fun i => norm (minus (G (W h) (W h) i) (grad (W h)) m : euclid (size m)) ^ 2) <= s m ^ 2.

    Let nu := norm (sensitivity_of M S (fun m => sqrt (INR (d m)) * s m)).
    Let qn := (1 + rho) * alpha * nu.

    Theorem analog_sgd_ap_sharp_by_stage : exists Y a, feasible p x sigma rho q qn A Y a.
    Proof.
      pose proof (any_device_sharp_by_stage P M size K f grad region G W (fun _ _ => ald tau) alpha 1 rho L sigma
        lower Lambda1 d S) as T.
      rewrite Rmult_1_r in T. apply T; auto using Rlt_0_1.
    Qed.

    Theorem analog_sgd_ap_explicit_by_stage : domain x rho q -> A <= explicit p x sigma rho q qn.
    Proof.
      pose proof (any_device_explicit_by_stage P M size K f grad region G W (fun _ _ => ald tau) alpha 1 rho L sigma
        lower Lambda1 d S) as T.
      rewrite Rmult_1_r in T. apply T; auto using Rlt_0_1.
    Qed.
  End noise_by_stage.
End analog_sgd_ap.

Print Assumptions analog_sgd_ap_sharp.
Print Assumptions analog_sgd_ap_explicit.
Print Assumptions analog_sgd_ap_iterations.
