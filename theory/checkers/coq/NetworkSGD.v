(** Analog-SGD-AP on a network: smoothness and staleness are consequences of the stage data here.

    N samples with probabilities pr; f has the back-propagated gradient; what is assumed of the network are the
    bounds of the activations, the losses and the inputs, and that the weights stay within their spectral bounds. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Master Trajectory Descent Device Training AnalogSGD
  Batch Network Sensitivity.
Import ListNotations.
Local Open Scope R_scope.

(** Independent draws. *)
Definition independent N pr (nonneg : forall i, 0 <= pr i) (total : sum N pr = 1) : sampler :=
  Sampler N (fun _ => pr) (fun _ => nonneg) (fun _ => total).

Lemma reachable_skipn P j : forall h, reachable P h -> reachable P (skipn j h).
Proof. induction j as [|j IH]; intros [|i h] R; simpl; auto. apply IH. apply R. Qed.

Section network_sgd.
  Variable N : nat.
  Variable pr : nat -> R.
  Hypothesis pr_nonneg : forall i, 0 <= pr i.
  Hypothesis pr_total : sum N pr = 1.
  Let P := independent N pr pr_nonneg pr_total.

  (* the network *)
  Variable M : nat.
  Variable width : nat -> nat.
  Variables phi dphi : nat -> R -> R.
  Variables p0 p1 l0 l1 X : R.
  Variable w : nat -> R.
  Hypothesis p0_nonneg : 0 <= p0.
  Hypothesis p1_nonneg : 0 <= p1.
  Hypothesis l0_nonneg : 0 <= l0.
  Hypothesis l1_nonneg : 0 <= l1.
  Hypothesis X_nonneg : 0 <= X.
  Hypothesis w_nonneg : forall m, 0 <= w m.
  Hypothesis phi_zero : forall m, phi m 0 = 0.
  Hypothesis phi_lipschitz : forall m a b, Rabs (phi m a - phi m b) <= p0 * Rabs (a - b).
  Hypothesis dphi_bound : forall m a, Rabs (dphi m a) <= p0.
  Hypothesis dphi_lipschitz : forall m a b, Rabs (dphi m a - dphi m b) <= p1 * Rabs (a - b).

  (* the samples *)
  Variable x0 : nat -> euclid (width 0).
  Variable loss : nat -> euclid (width M) -> euclid (width M).
  Hypothesis input_bound : forall i, norm (x0 i) <= X.
  Hypothesis loss_bound : forall i y, norm (loss i y) <= l0.
  Hypothesis loss_lipschitz : forall i y z, norm (minus (loss i y) (loss i z)) <= l1 * norm (minus y z).

  Let V : space := weights M (size width).
  Definition pass (U W : V) (i : nat) : V := direction M width phi dphi (x0 i) (loss i) U W.
  Definition full_gradient (W : V) : V := fun m c => sum N (fun i => pr i * pass W W i m c).
  Let inside : V -> Prop := bounded M width w.
  Let S := sensitivity M p0 p1 l0 l1 X w.

  Variable L : R.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis spectral_L : delay_constant M (S 1) (fun _ => 1) L.

  (** L = norm2 S_full. *)
  (* Claim: network.smooth *)
  Theorem network_smooth : lipschitz inside full_gradient L.
  Proof.
    intros U W HU HW.
    set (D := fun i => scal (pr i) (minus (pass U U i) (pass W W i))).
    assert (At : forall n m c, (vsum n D : V) m c = sum n (fun i => pr i * (pass U U i m c + -1 * pass W W i m c))).
    { intros n m c. induction n as [|n IH]; [reflexivity|]. simpl (sum _ _). rewrite <- IH. reflexivity. }
    apply Rle_trans with (norm (vsum N D)).
    - apply Req_le, lift_norm_ext. intros m _. apply apply_ext. intros c _.
      assert (E : minus (full_gradient U) (full_gradient W) m c = (vsum N D : V) m c).
      { rewrite At.
        change (full_gradient U m c + -1 * full_gradient W m c
          = sum N (fun i => pr i * (pass U U i m c + -1 * pass W W i m c))).
        unfold full_gradient. rewrite <- sum_scal, <- sum_plus. apply sum_ext. intros. ring. }
      now rewrite E.
    - apply Rle_trans with (1 := norm_vsum _ _).
      apply Rle_trans with (sum N (fun i => L * norm (minus U W) * pr i)).
      + apply sum_le. intros i _. unfold D. rewrite norm_scal, Rabs_pos_eq, Rmult_comm by apply pr_nonneg.
        apply Rmult_le_compat_r; [apply pr_nonneg|].
        apply (sample_smooth M width phi dphi p0 p1 l0 l1 X w); auto.
      + rewrite sum_scal, pr_total. lra.
  Qed.

  Lemma bounded_convex U W t : inside U -> inside W -> 0 <= t <= 1 -> inside (fun m c => U m c + t * (W m c - U m c)).
  Proof.
    intros HU HW Ht m Hm x.
    apply Rle_trans with
      (norm (scal (1 - t) (apply_rows (width m) (of_stage M width U m) x : euclid (width (Datatypes.S m))))
       + norm (scal t (apply_rows (width m) (of_stage M width W m) x : euclid (width (Datatypes.S m))))).
    - apply euclid_split. intros i _.
      set (u := of_stage M width U m i). set (u' := of_stage M width W m i).
      change (sum (width m) (fun j => (u j + t * (u' j - u j)) * x j)
        = (1 - t) * sum (width m) (fun j => u j * x j) + t * sum (width m) (fun j => u' j * x j)).
      rewrite <- sum_combine. apply sum_ext. intros. ring.
    - rewrite !norm_scal, !Rabs_pos_eq by lra.
      pose proof (Rmult_le_compat_l (1 - t) _ _ ltac:(lra) (HU m Hm x)).
      pose proof (Rmult_le_compat_l t _ _ ltac:(lra) (HW m Hm x)). lra.
  Qed.

  (* the run *)
  Variable f : V -> R.
  Variables alpha tau rho sigma lower Lambda1 Lambdah : R.
  Variable K : nat.
  Variable d : nat -> nat.
  Variable W : history -> V.
  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis tau_pos : 0 < tau.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis Lambdah_nonneg : 0 <= Lambdah.
  Hypothesis analog_sgd_ap : run (ald tau) alpha (fun h i => pass (late d W h) (W h) i) W.
  Hypothesis gradient : has_gradient inside f full_gradient.
  Hypothesis stays_inside : forall h, reachable P h -> (length h <= K)%nat -> inside (W h).
  Hypothesis bounded_below : forall h, reachable P h -> length h = K -> lower <= f (W h).
  Hypothesis variance : forall h, met P K h ->
    given P h (fun i => norm (minus (pass (W h) (W h) i) (full_gradient (W h))) ^ 2) <= sigma ^ 2.
  Hypothesis saturation : forall h m c, met P K h -> (m < M)%nat -> (c < size width m)%nat ->
    Rabs (W h m c) <= rho * tau.
  Hypothesis coherent_delay : delay_constant M (S 0) (fun m => INR (d m)) Lambda1.
  Hypothesis martingale_delay : delay_constant M (S 0) (fun m => sqrt (INR (d m))) Lambdah.

  Lemma late_inside h : met P K h -> inside (late d W h).
  Proof.
    intros [R Len] m Hm. apply (stays_inside (skipn (d m) h)); [now apply reachable_skipn | | exact Hm].
    rewrite skipn_length. lia.
  Qed.

  (* Claim: network.analog_sgd_ap *)
  Theorem network_explicit :
    domain (alpha * L) rho ((1 + rho) * alpha * Lambda1) ->
    average_squared_gradient P M (size width) K full_gradient W
    <= explicit ((f (W []) - lower) / (alpha * INR K)) (alpha * L) sigma rho ((1 + rho) * alpha * Lambda1)
         ((1 + rho) * alpha * (Lambdah * sigma)).
  Proof.
    apply (analog_sgd_ap_explicit P M (size width) K f full_gradient inside pass W alpha tau) with (d := d) (S := S 0);
      auto using network_smooth, bounded_convex.
    - intros i j _ _. apply (sensitivity_grows M p0 p1 l0 l1 X w p0_nonneg p1_nonneg l0_nonneg l1_nonneg X_nonneg
        w_nonneg 0 0). lra.
    - intros h i m Met _ Hm. apply (stale_direction M width phi dphi p0 p1 l0 l1 X w); auto.
      + exact (late_inside h Met).
      + apply stays_inside; apply Met || (destruct Met; lia).
  Qed.
End network_sgd.

Print Assumptions network_explicit.
