(** The networks of the simulator: one activation of Activations.v in every stage, one loss of it summed over the
    outputs, any widths, any data.

    [simulated_network]: Theorem 2 for Analog-SGD-AP on such a network.  What is left to assume is arithmetic: numbers
    that bound the inputs, the weights at the start and the matrices S and S_full, and a horizon short enough for the
    saturation. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Master Trajectory Descent Device Training Matrix Network
  Backprop Activations Sensitivity NetworkSGD.
Import ListNotations.
Local Open Scope R_scope.

Lemma lipschitz_nonneg (dphi : R -> R) p : slope_is_lipschitz dphi p -> 0 <= p.
Proof.
  intros L. specialize (L 1 0). rewrite Rminus_0_r, Rabs_R1, Rmult_1_r in L. pose proof (Rabs_pos (dphi 1 - dphi 0)).
  lra.
Qed.

(** Bounds of the stages' outputs, if the activation has a bound. *)
Definition caps (width : nat -> nat) (top : option R) (m : nat) : option R :=
  match top with Some b => Some (b * sqrt (INR (width (S m)))) | None => None end.

Section simulated.
  (* the data: N samples, equally likely *)
  Variable N : nat.
  Hypothesis some_samples : (0 < N)%nat.
  Definition equally (i : nat) : R := / INR N.

  Lemma equally_nonneg i : 0 <= equally i.
  Proof. left. apply Rinv_0_lt_compat, lt_0_INR, some_samples. Qed.

  Lemma equally_total : sum N equally = 1.
  Proof. unfold equally. rewrite sum_const. apply Rinv_r, not_0_INR. lia. Qed.

  (* the network *)
  Variable M : nat.
  Variable width : nat -> nat.
  Variables (phi dphi : R -> R) (p0 p1 : R) (top : option R).
  Hypothesis stage_activation : activation phi dphi p0 p1 top.
  Variable x0 : nat -> euclid (width 0).
  Variables (l dl : nat -> nat -> R -> R) (slope : option R) (l1 : R).
  Hypothesis output_loss : forall i c, scalar_loss (l i c) (dl i c) slope l1.
  Let ell i := summed (width M) (l i).
  Let loss i := summed_slope (width M) (dl i).

  (* its bounds *)
  Variables X l0 : R.
  Variable w : nat -> R.
  Let cap := caps width top.
  Hypothesis input_bound : forall i, norm (x0 i) <= X.
  Hypothesis w_nonneg : forall m, 0 <= w m.
  Hypothesis loss_bound : forall i y, norm y <= forward_bound p0 X w cap M -> norm (loss i y) <= l0.

  (* the run *)
  Variables (alpha tau rho sigma r : R) (K : nat) (d : nat -> nat).
  Variable W : history -> weights M (size width).
  Let far_as m := longest M p0 l0 X w cap m.
  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis tau_pos : 0 < tau.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis analog_sgd_ap :
    run (ald tau) alpha (fun h i => pass M width (fun _ => phi) (fun _ => dphi) x0 loss (late d W h) (W h) i) W.
  Hypothesis start : forall m c, (m < M)%nat -> (c < size width m)%nat -> Rabs (W [] m c) <= r.
  Hypothesis fits : forall m, (m < M)%nat -> rho * tau * sqrt (INR (size width m)) <= w m.
  Hypothesis far : forall m, (m < M)%nat -> r + INR K * (alpha * (1 + rho) * far_as m) <= rho * tau.
  Hypothesis noise : sum M (fun m => far_as m ^ 2) <= sigma ^ 2.

  (* its constants *)
  Variables L Lambda1 Lambdah : R.
  Let S := sensitivity M p0 p1 l0 l1 X w cap.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis Lambdah_nonneg : 0 <= Lambdah.
  Hypothesis spectral_L : delay_constant M (S 1) (fun _ => 1) L.
  Hypothesis coherent_delay : delay_constant M (S 0) (fun m => INR (d m)) Lambda1.
  Hypothesis martingale_delay : delay_constant M (S 0) (fun m => sqrt (INR (d m))) Lambdah.

  Let P := independent N equally equally_nonneg equally_total.
  Let gradient := full_gradient N equally M width (fun _ => phi) (fun _ => dphi) x0 loss.
  Let f := objective N equally M width (fun _ => phi) x0 ell.
  Let q := (1 + rho) * alpha * Lambda1.

  Theorem simulated_network :
    domain (alpha * L) rho q ->
    average_squared_gradient P M (size width) K gradient W
    <= explicit ((f (W []) - 0) / (alpha * INR K)) (alpha * L) sigma rho q ((1 + rho) * alpha * (Lambdah * sigma)).
  Proof.
    destruct stage_activation as (Zero & Slopes & Bound & Bends & _).
    assert (Hp0 : 0 <= p0) by (apply Rle_trans with (2 := Bound 0), Rabs_pos).
    assert (HX : 0 <= X) by (apply Rle_trans with (2 := input_bound 0%nat), norm_nonneg).
    assert (Hl1 : 0 <= l1) by (destruct (output_loss 0%nat 0%nat) as (_ & _ & _ & B); now apply lipschitz_nonneg in B).
    assert (Capped : forall m c, cap m = Some c ->
      forall z : euclid (width (Datatypes.S m)), norm ((fun i => phi (z i)) : euclid (width (Datatypes.S m))) <= c).
    { intros m c E z. unfold cap, caps in E. destruct top as [b|] eqn:T; [|discriminate]. injection E as <-.
      now apply activation_capped with (1 := stage_activation). }
    assert (Hl0 : 0 <= l0).
    { apply Rle_trans with (norm (loss 0%nat zero)); [apply norm_nonneg | apply loss_bound]. rewrite norm_zero.
      apply forward_bound_nonneg; auto. intros m c E. apply Rle_trans with (2 := Capped m c E zero), norm_nonneg. }
    apply (network_certified N equally equally_nonneg equally_total M width (fun _ => phi) (fun _ => dphi) p0 p1 l0 l1
      X w cap) with (x0 := x0) (ell := ell) (loss := loss) (tau := tau) (d := d) (r := r); auto.
    - now apply lipschitz_nonneg in Bends.
    - intros i. apply (summed_gradient _ _ _ slope l1). apply output_loss.
    - intros i y z _ _. apply (summed_lipschitz _ (l i) (dl i) slope l1); auto.
    - intros i y. apply (summed_nonneg _ (l i) (dl i) slope l1). apply output_loss.
  Qed.
End simulated.
