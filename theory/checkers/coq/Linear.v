(** Analog-SGD-AP with a direction that is linear in the forward weights, as of a quadratic objective:
    G(u, w; xi) = H u + ..., and the delay constants are norm2 (H Diag d) and norm2 (H Diag (sqrt d)) of H itself. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Master Trajectory Descent Device Training Refined.
Import ListNotations.
Local Open Scope R_scope.

(** * On any devices *)

Section any_device.
  Variable P : sampler.
  Variables (M : nat) (size : nat -> nat) (K : nat).
  Local Notation V := (weights M size).
  Variables (f : V -> R) (grad : V -> V) (region : V -> Prop).
  Variable G : V -> V -> nat -> V.
  Variable W : history -> V.
  Variable device : nat -> nat -> R -> R -> R.
  Variables alpha gain gamma L sigma lower Lambda1 Lambdah : R.
  Variable d : nat -> nat.

  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis gain_pos : 0 < gain.
  Hypothesis gamma_nonneg : 0 <= gamma.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis Lambdah_nonneg : 0 <= Lambdah.
  Hypothesis analog_sgd_ap : run_by device alpha (fun h i => G (late d W h) (W h) i) W.
  Hypothesis gradient : has_gradient region f grad.
  Hypothesis smooth : lipschitz region grad L.
  Hypothesis convex : forall w u t, region w -> region u -> 0 <= t <= 1 ->
    region (fun m c => w m c + t * (u m c - w m c)).
  Hypothesis inside : forall h, reachable P h -> (length h <= K)%nat -> region (W h).
  Hypothesis bounded_below : forall h, reachable P h -> length h = K -> lower <= f (W h).
  Hypothesis unbiased : forall h m c, met P K h -> given P h (fun i => G (W h) (W h) i m c) = grad (W h) m c.
  Hypothesis variance : forall h, met P K h ->
    given P h (fun i => norm (minus (G (W h) (W h) i) (grad (W h))) ^ 2) <= sigma ^ 2.
  Hypothesis response : forall h i m c, met P K h -> reachable P (i :: h) -> (m < M)%nat -> (c < size m)%nat ->
    responds (device m c) gain gamma (W h m c) (- alpha * G (late d W h) (W h) i m c).

  (** H, linear as far as its norms can tell, and looking at the elements of the weights only *)
  Variable H : V -> V.
  Hypothesis H_plus : forall x y, norm (H (plus x y)) <= norm (plus (H x) (H y)).
  Hypothesis H_scal : forall c x, norm (H (scal c x)) = Rabs c * norm (H x).
  Hypothesis H_ext : forall x y, (forall m c, (m < M)%nat -> (c < size m)%nat -> x m c = y m c) ->
    norm (H x) = norm (H y).
  Hypothesis direction_linear : forall u w i, norm (minus (G u w i) (G w w i)) = norm (H (minus w u)).
  Hypothesis coherent : forall x, norm (H (by_stage M size (fun m => INR (d m)) x)) <= Lambda1 * norm x.
  Hypothesis martingale : forall x, norm (H (by_stage M size (fun m => sqrt (INR (d m))) x)) <= Lambdah * norm x.

  Let r := alpha * gain.
  Let r_pos : 0 < r.
  Proof. now apply Rmult_lt_0_compat. Qed.

  Let A := average_squared_gradient P M size K grad W.
  Let p := (f (W []) - lower) / (r * INR K).
  Let q := (1 + gamma) * r * Lambda1.
  Let qn := (1 + gamma) * r * (Lambdah * sigma).

  Let direction := fun h i => G (late d W h) (W h) i.
  Let fresh := fun h => G (W h) (W h).
  Let gradients := fun h => grad (W h).

  Let trains : run_by (at_gain_one gain device) r direction W.
  Proof. apply run_at_gain_one; [lra | exact analog_sgd_ap]. Qed.

  Lemma any_device_staleness :
    norm (b P M size K fresh direction)
    <= r * (Lambda1 * norm (v P M size K W gradients fresh direction r) + Lambdah * sigma).
  Proof.
    apply (staleness_linear P M size K W gradients fresh direction r K_pos r_pos
      (unbiased' P M size K grad (fun w => G w w) W unbiased) sigma sigma_nonneg
      (variance' P M size K grad (fun w => G w w) W sigma variance) d H H_plus H_scal H_ext Lambda1 Lambdah
      Lambdah_nonneg coherent martingale).
    intros h Hh. destruct (taken_cons P K K_pos h Hh) as (i & h' & -> & _).
    transitivity (norm (minus (direction h' i) (fresh h' i))).
    - apply lift_norm_ext. intros m _. apply apply_ext. intros c _.
      unfold b, at_sample, minus. simpl. ring.
    - unfold direction, fresh. rewrite direction_linear. apply H_ext. intros m c _ _.
      unfold moved, at_sample, minus, late. reals. ring.
  Qed.

  Theorem any_device_linear_sharp : exists Y a, feasible p (r * L) sigma gamma q qn A Y a.
  Proof.
    apply (sharp_given_staleness P M size K f grad (fun w => G w w) region (at_gain_one gain device) direction W)
      with (nu := Lambdah * sigma);
      auto; [intros; apply responds_at_gain_one; [exact gain_pos | now apply response] | exact any_device_staleness].
  Qed.

  Theorem any_device_linear_explicit : domain (r * L) gamma q -> A <= explicit p (r * L) sigma gamma q qn.
  Proof.
    apply (explicit_given_staleness P M size K f grad (fun w => G w w) region (at_gain_one gain device) direction W)
      with (nu := Lambdah * sigma);
      auto; [intros; apply responds_at_gain_one; [exact gain_pos | now apply response] | exact any_device_staleness].
  Qed.
End any_device.

(** * On the linear device *)

Section linear.
  Variable P : sampler.
  Variables (M : nat) (size : nat -> nat) (K : nat).
  Local Notation V := (weights M size).
  Variables (f : V -> R) (grad : V -> V) (region : V -> Prop).
  Variable G : V -> V -> nat -> V.
  Variable W : history -> V.
  Variables alpha tau rho L sigma lower Lambda1 Lambdah : R.
  Variable d : nat -> nat.

  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis tau_pos : 0 < tau.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis Lambdah_nonneg : 0 <= Lambdah.
  Hypothesis analog_sgd_ap : run (ald tau) alpha (fun h i => G (late d W h) (W h) i) W.
  Hypothesis gradient : has_gradient region f grad.
  Hypothesis smooth : lipschitz region grad L.
  Hypothesis convex : forall w u t, region w -> region u -> 0 <= t <= 1 ->
    region (fun m c => w m c + t * (u m c - w m c)).
  Hypothesis inside : forall h, reachable P h -> (length h <= K)%nat -> region (W h).
  Hypothesis bounded_below : forall h, reachable P h -> length h = K -> lower <= f (W h).
  Hypothesis unbiased : forall h m c, met P K h -> given P h (fun i => G (W h) (W h) i m c) = grad (W h) m c.
  Hypothesis variance : forall h, met P K h ->
    given P h (fun i => norm (minus (G (W h) (W h) i) (grad (W h))) ^ 2) <= sigma ^ 2.
  Hypothesis saturation : forall h m c, met P K h -> (m < M)%nat -> (c < size m)%nat -> Rabs (W h m c) <= rho * tau.

  (** H, linear as far as its norms can tell, and looking at the elements of the weights only *)
  Variable H : V -> V.
  Hypothesis H_plus : forall x y, norm (H (plus x y)) <= norm (plus (H x) (H y)).
  Hypothesis H_scal : forall c x, norm (H (scal c x)) = Rabs c * norm (H x).
  Hypothesis H_ext : forall x y, (forall m c, (m < M)%nat -> (c < size m)%nat -> x m c = y m c) ->
    norm (H x) = norm (H y).
  Hypothesis direction_linear : forall u w i, norm (minus (G u w i) (G w w i)) = norm (H (minus w u)).
  Hypothesis coherent : forall x, norm (H (by_stage M size (fun m => INR (d m)) x)) <= Lambda1 * norm x.
  Hypothesis martingale : forall x, norm (H (by_stage M size (fun m => sqrt (INR (d m))) x)) <= Lambdah * norm x.

  Let A := average_squared_gradient P M size K grad W.
  Let p := (f (W []) - lower) / (alpha * INR K).
  Let q := (1 + rho) * alpha * Lambda1.
  Let qn := (1 + rho) * alpha * (Lambdah * sigma).

  Theorem linear_sharp : exists Y a, feasible p (alpha * L) sigma rho q qn A Y a.
  Proof.
    pose proof (any_device_linear_sharp P M size K f grad region G W (fun _ _ => ald tau) alpha 1 rho L sigma lower
      Lambda1 Lambdah d) as T.
    rewrite Rmult_1_r in T. apply T with (H := H); auto using Rlt_0_1. intros. apply linear_responds; auto.
  Qed.

  Theorem linear_explicit : domain (alpha * L) rho q -> A <= explicit p (alpha * L) sigma rho q qn.
  Proof.
    pose proof (any_device_linear_explicit P M size K f grad region G W (fun _ _ => ald tau) alpha 1 rho L sigma lower
      Lambda1 Lambdah d) as T.
    rewrite Rmult_1_r in T. apply T with (H := H); auto using Rlt_0_1. intros. apply linear_responds; auto.
  Qed.
End linear.

Print Assumptions linear_explicit.
