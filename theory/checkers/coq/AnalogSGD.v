(** Theorems 1 and 2 for Analog-SGD-AP, from the assumptions of docs/theory.md#assumptions.

    Stage m reads in its forward pass the weights of d_m updates ago, in its backward pass the current ones, and
    every element is updated by the asymmetric linear device of saturation tau. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Master Complexity Trajectory Descent Device
  Training.
Import ListNotations.
Local Open Scope R_scope.

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

  Let device_is_faithful h i m c :
    met P K h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
    let D := - alpha * G (late d W h) (W h) i m c in
    Rabs (ald tau (W h m c) D - (W h m c + D)) <= rho * Rabs D.
  Proof. intros. apply ald_distortion; auto. Qed.

  Let noise := n P M size K (fun h => grad (W h)) (fun h => G (W h) (W h)).
  Let felt := sensitivity_of M S (fun m => sqrt (INR (d m)) * stage_norms P M size K noise m).

  Lemma sharp_if_felt nu : norm felt <= nu -> exists Y a, feasible p x sigma rho q ((1 + rho) * alpha * nu) A Y a.
  Proof.
    apply (training_sharp P M size K f grad (fun w => G w w) region (ald tau)
      (fun h i => G (late d W h) (W h) i)) with (S := S); auto.
  Qed.

  Lemma explicit_if_felt nu :
    norm felt <= nu -> domain x rho q -> A <= explicit p x sigma rho q ((1 + rho) * alpha * nu).
  Proof.
    apply (training_explicit P M size K f grad (fun w => G w w) region (ald tau)
      (fun h i => G (late d W h) (W h) i)) with (S := S); auto.
  Qed.

  Section noise_in_total.
    Variable Lambdah : R.
    Hypothesis Lambdah_nonneg : 0 <= Lambdah.

    (** norm2 (S Diag (sqrt d)) <= Lambdah *)
    Hypothesis martingale_delay : delay_constant M S (fun m => sqrt (INR (d m))) Lambdah.

    Let qn := (1 + rho) * alpha * (Lambdah * sigma).

    Let felt_in_total : norm felt <= Lambdah * sigma.
    Proof. apply (noise_by_total P M size K grad (fun w => G w w)); auto. Qed.

    (** Theorem 1: A lies in the feasible set. *)
    Theorem analog_sgd_ap_sharp : exists Y a, feasible p x sigma rho q qn A Y a.
    Proof. exact (sharp_if_felt _ felt_in_total). Qed.

    (** Theorem 2: A is at most the explicit bound. *)
    Theorem analog_sgd_ap_explicit : domain x rho q -> A <= explicit p x sigma rho q qn.
    Proof. exact (explicit_if_felt _ felt_in_total). Qed.

    (** Theorem 3: within eps of the floor after so many iterations with the step size that balances start and noise. *)
    Theorem analog_sgd_ap_iterations t eps :
      let Delta := f (W []) - lower in
      let kappa := 2 * q ^ 2 / (1 - x - q ^ 2) in
      0 < t -> 0 < eps -> 0 < sigma -> 0 < L -> 0 < Delta -> 0 <= Lambda1 ->
      alpha = best_step sigma L Delta (INR K) -> x <= / 4 -> q <= / 4 ->
      iterations sigma L Delta t rho Lambda1 (Lambdah * sigma) eps <= INR K ->
      A * (1 - (1 + t) * (1 + kappa) * rho ^ 2) <= (1 + t) * rho ^ 2 * sigma ^ 2 + eps.
    Proof.
      intros Delta kappa Ht He Hs HL HD H1 Step Hx Hq Enough.
      destruct analog_sgd_ap_sharp as (Y & a & Fe).
      unfold kappa, x, q, qn, p in *. rewrite Step in *.
      apply (within_eps sigma L Delta (INR K) t rho Lambda1 (Lambdah * sigma)) with (Y := Y) (a := a); auto.
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
    Let qn := (1 + rho) * alpha * nu.

    Let felt_by_stage : norm felt <= nu.
    Proof. apply (noise_by_stage P M size K grad (fun w => G w w)); auto. Qed.

    Theorem analog_sgd_ap_sharp_by_stage : exists Y a, feasible p x sigma rho q qn A Y a.
    Proof. exact (sharp_if_felt _ felt_by_stage). Qed.

    Theorem analog_sgd_ap_explicit_by_stage : domain x rho q -> A <= explicit p x sigma rho q qn.
    Proof. exact (explicit_if_felt _ felt_by_stage). Qed.
  End noise_by_stage.
End analog_sgd_ap.

Print Assumptions analog_sgd_ap_sharp.
Print Assumptions analog_sgd_ap_explicit.
Print Assumptions analog_sgd_ap_iterations.
