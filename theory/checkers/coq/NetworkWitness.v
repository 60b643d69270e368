(** The hypotheses of the network theorem can hold: a network that satisfies them all.

    Two stages, widths 2, 2, 1; tanh; half the squared error; two samples with probability 1/2 each; the first stage
    reads weights one update late; tau = 1, rho = 1/2, alpha = 1/64, K = 2 steps from weights 1/4. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Master Trajectory Descent Device Training Matrix Network
  Backprop Activations Sensitivity NetworkSGD.
Import ListNotations.
Local Open Scope R_scope.

(** * The network and its bounds *)

Definition width (m : nat) : nat := match m with O | 1%nat => 2 | _ => 1 end.
Definition phi (m : nat) : R -> R := tanh.
Definition dphi (m : nat) (z : R) : R := 1 - tanh z ^ 2.
Definition cap (m : nat) : option R := match m with O => Some (3 / 2) | 1%nat => Some 1 | _ => None end.
Definition w (m : nat) : R := match m with O => 2 | _ => 3 / 2 end.
Definition pr (i : nat) : R := / 2.
Definition x0 (i : nat) : euclid (width 0) :=
  fun c => match i, c with O, O => 3 / 5 | O, _ => 4 / 5 | S _, O => 4 / 5 | S _, _ => 3 / 5 end.
Definition target (i : nat) : euclid (width 2) := fun _ => match i with O => / 2 | _ => - / 2 end.
Definition ell (i : nat) (y : euclid (width 2)) : R := sum 1 (fun c => / 2 * (y c - target i c) ^ 2).
Definition loss (i : nat) (y : euclid (width 2)) : euclid (width 2) := minus y (target i).
Definition d (m : nat) : nat := match m with O => 1 | _ => 0 end.

Definition V : space := weights 2 (size width).
Definition G : V -> V -> nat -> V := pass 2 width phi dphi x0 loss.
Definition W0 : V := fun _ _ => / 4.
Definition W : history -> V :=
  trained (ald 1) (/ 64) (fun ago i => G (fun m => ago (d m) m) (ago 0%nat) i) W0.

(** 4/(3 sqrt 3) *)
Lemma curvature_below_1 : tanh_curvature <= 1.
Proof.
  rewrite tanh_curvature_is. pose proof (sqrt_sqrt 3 ltac:(lra)). pose proof (sqrt_pos 3). nra.
Qed.

Lemma pr_nonneg i : 0 <= pr i.
Proof. unfold pr. lra. Qed.
Lemma pr_total : sum 2 pr = 1.
Proof. simpl. unfold pr. lra. Qed.

Lemma trains : run (ald 1) (/ 64) (fun h i => G (late d W h) (W h) i) W.
Proof.
  exact (trained_runs 2 (size width) (ald 1) (/ 64) (fun ago i => G (fun m => ago (d m) m) (ago 0%nat) i) W0).
Qed.

(** sqrt 2 <= 3/2 and 1 bound two numbers of size at most 1, and one. *)
Lemma capped m c : cap m = Some c ->
  forall z : euclid (width (S m)), norm ((fun i => phi m (z i)) : euclid (width (S m))) <= c.
Proof.
  intros E z. pose proof (tanh_square (z 0%nat)). pose proof (tanh_square (z 1%nat)).
  destruct m as [|[|m]]; [| |discriminate]; injection E as <-;
    (apply norm_le; [lra|]); unfold phi; simpl; lra.
Qed.

Lemma input_bound i : norm (x0 i) <= 1.
Proof. apply norm_le; [lra|]. destruct i; simpl; lra. Qed.

Local Notation reached := (forward_bound 1 1 w cap).

Lemma reached_1 : reached 1 = 3 / 2.
Proof. simpl. unfold Rmin. destruct (Rle_dec _ _); lra. Qed.

Lemma reached_2 : reached 2 = 1.
Proof.
  change (reached 2) with (Rmin 1 (1 * w 1 * reached 1)). rewrite reached_1. unfold Rmin, w.
  destruct (Rle_dec _ _); lra.
Qed.

Lemma norm_one (u : euclid 1) : norm u = Rabs (u 0%nat).
Proof. unfold norm. simpl. rewrite Rplus_0_l. apply (sqrt_Rsqr_abs (u 0%nat)). Qed.

Lemma loss_bound i (y : euclid (width 2)) : norm y <= reached 2 -> norm (loss i y) <= 3 / 2.
Proof.
  rewrite reached_2. intros B. unfold width in *. rewrite norm_one in *. unfold loss, minus, target. simpl.
  unfold Rabs in *. destruct i; repeat destruct (Rcase_abs _); lra.
Qed.

Lemma loss_lipschitz i (y z : euclid (width 2)) : norm (minus (loss i y) (loss i z)) <= 1 * norm (minus y z).
Proof.
  rewrite Rmult_1_l. apply Req_le. unfold width. rewrite !norm_one. f_equal. unfold loss, minus. simpl. ring.
Qed.

Lemma loss_gradient i : differentiable (width 2) (ell i) (loss i).
Proof. exact (squared_differentiable 1 (target i)). Qed.

Lemma sens t i j : (i < 2)%nat -> (j < 2)%nat ->
  sensitivity 2 1 1 (3 / 2) 1 1 w cap t i j
  = match i, j with O, O => 63 / 8 | O, _ => 45 / 8 + t * (3 / 2) | _, O => 57 / 8 | _, _ => 45 / 8 end.
Proof.
  intros Hi Hj. unfold sensitivity, deviation.
  destruct i as [|[|i]]; [| |lia]; (destruct j as [|[|j]]; [| |lia]);
    cbn [Nat.sub beta st e backward_bound]; unfold zeta; cbn [e]; rewrite ?reached_1;
    cbn [forward_bound]; unfold unit_distance, w; simpl; lra.
Qed.

Lemma delays t (c : nat -> R) Lambda :
  0 <= Lambda ->
  (63 / 8 * c 0%nat) ^ 2 + ((45 / 8 + t * (3 / 2)) * c 1%nat) ^ 2
  + ((57 / 8 * c 0%nat) ^ 2 + (45 / 8 * c 1%nat) ^ 2) <= Lambda ^ 2 ->
  delay_constant 2 (sensitivity 2 1 1 (3 / 2) 1 1 w cap t) c Lambda.
Proof.
  intros HL F. apply delay_frobenius; [exact HL|]. cbn [sum]. rewrite !sens by lia. lra.
Qed.

(** No direction of either stage is longer than 9/4. *)
Lemma longest_is m : (m < 2)%nat -> longest 2 1 (3 / 2) 1 w cap m = 9 / 4.
Proof.
  intros Hm. unfold longest. destruct m as [|[|m]]; [| |lia]; cbn [Nat.sub backward_bound];
    rewrite ?reached_1; cbn [forward_bound]; unfold w, st; simpl; lra.
Qed.

(** The theorem that assumes nothing of the run applies. *)
Theorem network_witness :
  average_squared_gradient (independent 2 pr pr_nonneg pr_total) 2 (size width) 2
    (full_gradient 2 pr 2 width phi dphi x0 loss) W
  <= explicit ((objective 2 pr 2 width phi x0 ell (W []) - 0) / (/ 64 * INR 2)) (/ 64 * 14) 4 (/ 2)
       ((1 + / 2) * / 64 * 11) ((1 + / 2) * / 64 * (11 * 4)).
Proof.
  apply (network_certified 2 pr pr_nonneg pr_total 2 width phi dphi 1 1 (3 / 2) 1 1 w cap) with
    (x0 := x0) (ell := ell) (loss := loss) (tau := 1) (d := d) (r := / 4); try lra; try lia.
  - intros m. unfold w. destruct m; lra.
  - intros m. apply tanh_zero.
  - intros m. apply tanh_derivative.
  - intros m. apply tanh_slope.
  - intros m a b. apply Rle_trans with (1 := tanh_slope_lipschitz a b).
    apply Rmult_le_compat_r; [apply Rabs_pos | exact curvature_below_1].
  - exact capped.
  - exact input_bound.
  - exact loss_gradient.
  - exact loss_bound.
  - intros i y z _ _. apply loss_lipschitz.
  - apply delays; lra.
  - exact trains.
  - intros i y. unfold ell. simpl. pose proof (pow2_ge_0 (y 0%nat - target i 0%nat)). lra.
  - apply delays; simpl; lra.
  - apply delays; [lra|]. simpl. rewrite sqrt_0, sqrt_1. lra.
  - intros m c _ _. change (Rabs (/ 4) <= / 4). rewrite Rabs_pos_eq; lra.
  - intros m Hm. rewrite Rmult_1_l. destruct m as [|[|m]]; [| |lia]; simpl.
    + apply Rle_trans with (sqrt (2 ^ 2)); [apply sqrt_le_1_alt; lra | rewrite sqrt_pow2; lra].
    + apply Rle_trans with (sqrt ((3 / 2) ^ 2)); [apply sqrt_le_1_alt; lra | rewrite sqrt_pow2; lra].
  - intros m Hm. rewrite longest_is by exact Hm. lra.
  - intros m Hm. rewrite longest_is by exact Hm. simpl. lra.
  - cbn [sum]. rewrite !longest_is by lia. lra.
  - unfold domain. lra.
Qed.

(** * Not for a trivial reason *)

(** What the units put out at W0: the two inner ones the same, whichever the sample. *)
Definition inner_unit : R := tanh (7 / 20).
Definition output_unit : R := tanh (/ 2 * inner_unit).

Lemma inner_units i : act 2 width phi (x0 i) W0 1 0%nat = inner_unit /\ act 2 width phi (x0 i) W0 1 1%nat = inner_unit.
Proof.
  unfold inner_unit. split; simpl; unfold phi, apply_rows, of_stage, matrix; simpl; f_equal;
    destruct i; unfold W0, x0; lra.
Qed.

Lemma output_before i : pre 2 width phi (x0 i) W0 1 0%nat = / 2 * inner_unit.
Proof.
  destruct (inner_units i) as [E0 E1]. unfold pre, apply_rows.
  change (0 + W0 1%nat 0%nat * act 2 width phi (x0 i) W0 1 0%nat
    + W0 1%nat 1%nat * act 2 width phi (x0 i) W0 1 1%nat = / 2 * inner_unit).
  rewrite E0, E1. unfold W0. lra.
Qed.

Definition error_signal (i : nat) : R := (1 - output_unit ^ 2) * (output_unit - target i 0%nat).

Lemma signal i : delta 2 width phi dphi (x0 i) (loss i) W0 W0 0 0%nat = error_signal i.
Proof.
  unfold delta. change (back 2 width phi dphi (x0 i) (loss i) W0 W0 0 0%nat)
    with (tanh (pre 2 width phi (x0 i) W0 1 0%nat) + -1 * target i 0%nat).
  change (st 2 0) with 1%nat. unfold dphi. rewrite !output_before. fold output_unit. unfold error_signal. ring.
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
  full_gradient 2 pr 2 width phi dphi x0 loss W0 1%nat 0%nat <> 0.
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
  - change (full_gradient 2 pr 2 width phi dphi x0 loss W0 1%nat 0%nat)
      with (0 + / 2 * G W0 W0 0 1%nat 0%nat + / 2 * G W0 W0 1 1%nat 0%nat).
    rewrite !last_stage. unfold error_signal, target.
    assert (S : 0 < 1 - output_unit ^ 2) by nra.
    pose proof (Rmult_lt_0_compat _ _ (Rmult_lt_0_compat _ _ S Q1) P). lra.
Qed.

Print Assumptions network_witness.
