(** The hypotheses of the network theorems can hold: a network of the simulator that satisfies them all.

    Two stages, widths 2, 2, 1; tanh; half the squared error; two samples; the first stage reads weights one update
    late; tau = 1, rho = 1/2, alpha = 1/64, K = 2 steps from weights 1/4. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Master Trajectory Descent Device Training Matrix Network
  Backprop Activations Sensitivity NetworkSGD SimulatedNetwork.
Import ListNotations.
Local Open Scope R_scope.

(** * The network and its bounds *)

Definition width (m : nat) : nat := match m with O | 1%nat => 2 | _ => 1 end.
Definition slope (z : R) : R := 1 - tanh z ^ 2.
Local Notation phi := (fun _ : nat => tanh).
Local Notation dphi := (fun _ : nat => slope).
Definition w (m : nat) : R := match m with O => 1 | _ => 3 / 4 end.
Definition x0 (i : nat) : euclid (width 0) :=
  fun c => match i, c with O, O => 3 / 5 | O, _ => 4 / 5 | S _, O => 4 / 5 | S _, _ => 3 / 5 end.
Definition target (i c : nat) : R := match i with O => / 2 | _ => - / 2 end.
Definition l (i c : nat) (z : R) : R := / 2 * (z - target i c) ^ 2.
Definition dl (i c : nat) (z : R) : R := z - target i c.
Definition d (m : nat) : nat := match m with O => 1 | _ => 0 end.

Definition V : space := weights 2 (size width).
Definition ell (i : nat) : euclid (width 2) -> R := summed (width 2) (l i).
Definition loss (i : nat) : euclid (width 2) -> euclid (width 2) := summed_slope (width 2) (dl i).
Definition G : V -> V -> nat -> V := pass 2 width phi dphi x0 loss.
Definition W0 : V := fun _ _ => / 4.
Definition W : history -> V :=
  trained (ald 1) (/ 64) (fun ago i => G (fun m => ago (d m) m) (ago 0%nat) i) W0.

Lemma trains : run (ald 1) (/ 64) (fun h i => G (late d W h) (W h) i) W.
Proof.
  exact (trained_runs 2 (size width) (ald 1) (/ 64) (fun ago i => G (fun m => ago (d m) m) (ago 0%nat) i) W0).
Qed.

(** The curvature 4/(3 sqrt 3) rounded up to 1. *)
Lemma rounded_tanh : activation tanh slope 1 1 (Some 1).
Proof.
  destruct tanh_activation as (Zero & Slopes & Bound & Bends & Top). repeat split; auto.
  intros a b. apply Rle_trans with (1 := Bends a b). apply Rmult_le_compat_r; [apply Rabs_pos|].
  rewrite tanh_curvature_is. pose proof (sqrt_sqrt 3 ltac:(lra)). pose proof (sqrt_pos 3). nra.
Qed.

Local Notation cap := (caps width (Some 1)).
Local Notation reached := (forward_bound 1 1 w cap).

Lemma reached_1 : reached 1 = 1.
Proof.
  change (reached 1) with (Rmin (1 * sqrt 2) (1 * 1 * 1)).
  assert (1 <= sqrt 2) by (rewrite <- sqrt_1; apply sqrt_le_1_alt; lra).
  rewrite Rmin_right; lra.
Qed.

Lemma reached_2 : reached 2 = 3 / 4.
Proof.
  change (reached 2) with (Rmin (1 * sqrt 1) (1 * (3 / 4) * reached 1)). rewrite reached_1, sqrt_1.
  rewrite Rmin_right; lra.
Qed.

Lemma input_bound i : norm (x0 i) <= 1.
Proof. apply norm_le; [lra|]. destruct i; simpl; lra. Qed.

Lemma loss_bound i (y : euclid (width 2)) : norm y <= reached 2 -> norm (loss i y) <= 5 / 4.
Proof.
  rewrite reached_2. intros B. apply Rle_trans with (1 := squared_bound 1 (target i) y (3 / 4) B).
  assert (norm (target i : euclid 1) <= / 2) by (apply norm_le; [lra|]; destruct i; simpl; lra). lra.
Qed.

(** No direction of stage 0 is longer than 15/16, and none of stage 1 than 5/4. *)
Lemma longest_is m : (m < 2)%nat -> longest 2 1 (5 / 4) 1 w cap m = match m with O => 15 / 16 | _ => 5 / 4 end.
Proof.
  intros Hm. unfold longest. destruct m as [|[|m]]; [| |lia]; cbn [Nat.sub backward_bound];
    rewrite ?reached_1; cbn [forward_bound]; unfold w, st; simpl; lra.
Qed.

Lemma sens t i j : (i < 2)%nat -> (j < 2)%nat ->
  sensitivity 2 1 1 (5 / 4) 1 1 w cap t i j
  = match i, j with O, O => 141 / 64 | O, _ => 27 / 16 + t * (5 / 4) | _, O => 47 / 16 | _, _ => 9 / 4 end.
Proof.
  intros Hi Hj. unfold sensitivity, deviation.
  destruct i as [|[|i]]; [| |lia]; (destruct j as [|[|j]]; [| |lia]);
    cbn [Nat.sub beta st e backward_bound]; unfold zeta; cbn [e]; rewrite ?reached_1;
    cbn [forward_bound]; unfold unit_distance, w; simpl; lra.
Qed.

Lemma delays t (c : nat -> R) Lambda :
  0 <= Lambda ->
  (141 / 64 * c 0%nat) ^ 2 + ((27 / 16 + t * (5 / 4)) * c 1%nat) ^ 2
  + ((47 / 16 * c 0%nat) ^ 2 + (9 / 4 * c 1%nat) ^ 2) <= Lambda ^ 2 ->
  delay_constant 2 (sensitivity 2 1 1 (5 / 4) 1 1 w cap t) c Lambda.
Proof.
  intros HL F. apply delay_frobenius; [exact HL|]. cbn [sum]. rewrite !sens by lia. lra.
Qed.

Lemma two_samples : (0 < 2)%nat.
Proof. lia. Qed.

Definition gradient : V -> V := full_gradient 2 (equally 2) 2 width phi dphi x0 loss.
Definition f : V -> R := objective 2 (equally 2) 2 width phi x0 ell.

Theorem network_witness :
  average_squared_gradient (independent 2 (equally 2) (equally_nonneg 2 two_samples) (equally_total 2 two_samples))
    2 (size width) 2 gradient W
  <= explicit ((f (W []) - 0) / (/ 64 * INR 2)) (/ 64 * (27 / 5)) (8 / 5) (/ 2)
       ((1 + / 2) * / 64 * (37 / 10)) ((1 + / 2) * / 64 * (37 / 10 * (8 / 5))).
Proof.
  apply (simulated_network 2 two_samples 2 width tanh slope 1 1 (Some 1) rounded_tanh x0 l dl None 1) with
    (X := 1) (l0 := 5 / 4) (w := w) (tau := 1) (d := d) (r := / 4); try lra; try lia.
  - intros i c. apply squared_loss.
  - exact input_bound.
  - intros m. unfold w. destruct m; lra.
  - exact loss_bound.
  - exact trains.
  - intros m c _ _. change (Rabs (/ 4) <= / 4). rewrite Rabs_pos_eq; lra.
  - intros m Hm. rewrite Rmult_1_r. destruct m as [|[|m]]; [| |lia]; simpl.
    + replace (1 + 1 + 1 + 1) with (2 ^ 2) by lra. rewrite sqrt_pow2; lra.
    + assert (sqrt (1 + 1) <= sqrt ((3 / 2) ^ 2)) by (apply sqrt_le_1_alt; lra).
      rewrite sqrt_pow2 in H by lra. lra.
  - intros m Hm. rewrite longest_is by exact Hm. simpl. destruct m; lra.
  - cbn [sum]. rewrite !longest_is by lia. lra.
  - apply delays; lra.
  - apply delays; simpl; lra.
  - apply delays; [lra|]. simpl. rewrite sqrt_0, sqrt_1. lra.
  - unfold domain. lra.
Qed.

(** * Not for a trivial reason *)

(** What the units put out at W0: the two inner ones the same, whichever the sample. *)
Definition inner_unit : R := tanh (7 / 20).
Definition output_unit : R := tanh (/ 2 * inner_unit).

Lemma inner_units i :
  act 2 width phi (x0 i) W0 1 0%nat = inner_unit /\ act 2 width phi (x0 i) W0 1 1%nat = inner_unit.
Proof.
  unfold inner_unit. split; simpl; unfold apply_rows, of_stage, matrix; simpl; f_equal;
    destruct i; unfold W0, x0; lra.
Qed.

Lemma output_before i : pre 2 width phi (x0 i) W0 1 0%nat = / 2 * inner_unit.
Proof.
  destruct (inner_units i) as [E0 E1]. unfold pre, apply_rows.
  change (0 + W0 1%nat 0%nat * act 2 width phi (x0 i) W0 1 0%nat
    + W0 1%nat 1%nat * act 2 width phi (x0 i) W0 1 1%nat = / 2 * inner_unit).
  rewrite E0, E1. unfold W0. lra.
Qed.

Definition error_signal (i : nat) : R := (1 - output_unit ^ 2) * (output_unit - target i 0).

Lemma signal i : delta 2 width phi dphi (x0 i) (loss i) W0 W0 0 0%nat = error_signal i.
Proof.
  unfold delta. change (back 2 width phi dphi (x0 i) (loss i) W0 W0 0 0%nat)
    with (tanh (pre 2 width phi (x0 i) W0 1 0%nat) - target i 0).
  change (st 2 0) with 1%nat. unfold slope. rewrite !output_before. fold output_unit. unfold error_signal. ring.
Qed.

Lemma last_stage i : G W0 W0 i 1%nat 0%nat = error_signal i * inner_unit.
Proof.
  destruct (inner_units i) as [E0 _]. rewrite <- E0, <- signal. reflexivity.
Qed.

Lemma first_stage i : G W0 W0 i 0%nat 0%nat = (1 - inner_unit ^ 2) * (/ 4 * error_signal i) * x0 i 0%nat.
Proof.
  rewrite <- signal.
  change (G W0 W0 i 0%nat 0%nat) with
    ((1 - act 2 width phi (x0 i) W0 1 0%nat ^ 2)
     * (0 + W0 1%nat 0%nat * delta 2 width phi dphi (x0 i) (loss i) W0 W0 0 0%nat) * x0 i 0%nat).
  destruct (inner_units i) as [-> _]. unfold W0 at 1. reals; ring.
Qed.

Lemma units_positive : 0 < inner_unit /\ 0 < output_unit < / 2.
Proof.
  assert (Pos : forall z, 0 < z -> 0 < tanh z).
  { intros z Hz. unfold tanh, sinh. apply Rdiv_lt_0_compat; [|apply cosh_pos].
    pose proof (exp_increasing (- z) z ltac:(lra)). lra. }
  assert (In : 0 < inner_unit) by (apply Pos; lra).
  split; [exact In|]. split; [apply Pos; lra|]. unfold output_unit.
  (* tanh z <= z, and inner_unit < 1 *)
  pose proof (tanh_lipschitz (/ 2 * inner_unit) 0) as L.
  rewrite tanh_zero, !Rminus_0_r, Rmult_1_l, (Rabs_pos_eq (/ 2 * inner_unit)) in L by lra.
  pose proof (Rle_abs (tanh (/ 2 * inner_unit))). pose proof (tanh_square (7 / 20)) as S. fold inner_unit in S. nra.
Qed.

Lemma signals : error_signal 0 < 0 < error_signal 1.
Proof.
  destruct units_positive as (_ & P & Q). unfold error_signal, target.
  assert (S : 0 < 1 - output_unit ^ 2) by nra. split; nra.
Qed.

(** The samples disagree, the device distorts, the lag is felt, and the gradient is not zero. *)
Theorem network_not_trivial :
  G W0 W0 0 1%nat 0%nat <> G W0 W0 1 1%nat 0%nat /\
  W [1%nat] 0%nat 0%nat <> W0 0%nat 0%nat + - / 64 * G W0 W0 1 0%nat 0%nat /\
  late d W [1%nat] 0%nat 0%nat <> W [1%nat] 0%nat 0%nat /\
  gradient W0 1%nat 0%nat <> 0.
Proof.
  destruct units_positive as (P & Q1 & Q2), signals as [S0 S1].
  assert (Step : W [1%nat] 0%nat 0%nat
    = / 4 + - / 64 * G W0 W0 1 0%nat 0%nat - Rabs (- / 64 * G W0 W0 1 0%nat 0%nat) * / 4 / 1).
  { rewrite trains, Device.closed_form. reflexivity. }
  assert (Slope : 0 < G W0 W0 1 0%nat 0%nat).
  { rewrite first_stage. pose proof (tanh_square (7 / 20)) as S. fold inner_unit in S.
    change (x0 1 0%nat) with (4 / 5). apply Rmult_lt_0_compat; [apply Rmult_lt_0_compat|]; lra. }
  rewrite Rabs_left in Step by lra.
  repeat split.
  - rewrite !last_stage. nra.
  - rewrite Step. change (W0 0%nat 0%nat) with (/ 4). lra.
  - change (late d W [1%nat] 0%nat 0%nat) with (/ 4). rewrite Step. lra.
  - change (gradient W0 1%nat 0%nat)
      with (0 + / INR 2 * G W0 W0 0 1%nat 0%nat + / INR 2 * G W0 W0 1 1%nat 0%nat).
    rewrite !last_stage. unfold error_signal, target.
    assert (S : 0 < 1 - output_unit ^ 2) by nra.
    pose proof (Rmult_lt_0_compat _ _ (Rmult_lt_0_compat _ _ S Q1) P). simpl. lra.
Qed.

Print Assumptions network_witness.
