(** Analog-SGD-AP with a direction that is linear in the forward weights, as of a quadratic objective:
    G(u, w; xi) = H u + ..., and the delay constants are norm2 (H Diag d) and norm2 (H Diag (sqrt d)) of H itself. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Master Trajectory Descent Device Training Refined.
Import ListNotations.
Local Open Scope R_scope.

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

  Let direction := fun h i => G (late d W h) (W h) i.
  Let fresh := fun h => G (W h) (W h).
  Let gradients := fun h => grad (W h).

  Lemma linear_staleness :
    norm (b P M size K fresh direction)
    <= alpha * (Lambda1 * norm (v P M size K W gradients fresh direction alpha) + Lambdah * sigma).
  Proof.
    apply (staleness_linear P M size K W gradients fresh direction alpha K_pos alpha_pos
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

  Theorem linear_sharp : exists Y a, feasible p (alpha * L) sigma rho q qn A Y a.
  Proof.
    apply (sharp_given_staleness P M size K f grad (fun w => G w w) region (fun _ _ => ald tau) direction W)
      with (nu := Lambdah * sigma);
      auto; [intros; apply ald_distortion; auto | exact linear_staleness].
  Qed.

  Theorem linear_explicit : domain (alpha * L) rho q -> A <= explicit p (alpha * L) sigma rho q qn.
  Proof.
    apply (explicit_given_staleness P M size K f grad (fun w => G w w) region (fun _ _ => ald tau) direction W)
      with (nu := Lambdah * sigma);
      auto; [intros; apply ald_distortion; auto | exact linear_staleness].
  Qed.
End linear.

Print Assumptions linear_explicit.
