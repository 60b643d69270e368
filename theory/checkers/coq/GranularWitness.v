(** The hypotheses of Theorem 1 for granular devices are jointly satisfiable with pulses that are there.

    One weight, f(w) = w^2/2, alpha = 1/8, K = 1; a fair coin adds +-1/4 to the gradient, another one adds +-1/16 to the
    step of the linear device of saturation 4. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Master Trajectory Descent Device Training GranularSGD.
Import ListNotations.
Local Open Scope R_scope.

Definition coins : sampler.
Proof. refine (Sampler 4 (fun _ _ => / 4) _ _); intros; simpl; lra. Defined.

Definition label (i : nat) : nat := match i with O | 1%nat => O | _ => 1%nat end.
Definition one (m : nat) : nat := 1%nat.
Definition V : space := weights 1 one.
Definition f (w : V) : R := w 0%nat 0%nat ^ 2 / 2.
Definition grad (w : V) : V := fun _ _ => w 0%nat 0%nat.
Definition toss (j : nat) : R := match j with O => / 4 | _ => - / 4 end.
Definition G (u w : V) (j : nat) : V := fun _ _ => u 0%nat 0%nat + toss j.
Definition pulse (i : nat) : R := match i with O | 2%nat => / 16 | _ => - / 16 end.
Definition pulses (h : history) (i : nat) : V := fun _ _ => pulse i.

Fixpoint W (h : history) : V :=
  match h with
  | [] => fun _ _ => / 2
  | i :: h => fun m c => ald 4 (W h m c) (- / 8 * G (W h) (W h) (label i) m c) + pulses h i m c
  end.

Definition everywhere (w : V) : Prop := True.

Lemma inner_one (u w : V) : inner u w = u 0%nat 0%nat * w 0%nat 0%nat.
Proof. simpl. ring. Qed.

Lemma gradient : has_gradient everywhere f grad.
Proof.
  intros w u t _ eps He.
  set (c := f u). exists (mkposreal (eps / (Rabs c + 1))
    (Rdiv_lt_0_compat _ _ He (Rle_lt_0_plus_1 _ (Rabs_pos c)))). intros h Hh Small.
  replace ((f (line w u (t + h)) - f (line w u t)) / h - inner (grad (line w u t)) u) with (c * h).
  - simpl in Small. rewrite Rabs_mult.
    pose proof (Rabs_pos c). pose proof (Rabs_pos h).
    apply Rmult_lt_compat_r with (r := Rabs c + 1) in Small; [|lra].
    unfold Rdiv in Small. rewrite Rmult_assoc, Rinv_l in Small by lra. lra.
  - rewrite inner_one. unfold c, f, line, grad. simpl. field. exact Hh.
Qed.

Lemma smooth : lipschitz everywhere grad 1.
Proof.
  intros w z _ _. rewrite Rmult_1_l. right. apply lift_norm_ext. intros m Hm. assert (m = 0%nat) as -> by (simpl in
    Hm; lia).
  simpl. unfold minus, grad. simpl. reflexivity.
Qed.

Lemma at_start h : met coins 1 h -> h = [].
Proof. intros [_ L]. destruct h; [reflexivity | simpl in L; lia]. Qed.

Theorem granular_witness : exists Y a,
  feasible ((f (W []) - 0) / (/ 8 * 1 * INR 1) + 1 / (2 * (/ 8 * 1)) * (/ 256)) (/ 8 * 1 * 1) (/ 4) (/ 8)
    ((1 + / 8) * (/ 8 * 1) * 0) ((1 + / 8) * (/ 8 * 1) * (0 * sqrt ((/ 4) ^ 2 + / 256 / (/ 8 * 1) ^ 2)))
    (average_squared_gradient coins 1 one 1 grad W) Y a.
Proof.
  apply (granular_sharp coins label 1 one 1 f grad everywhere G W (fun _ _ => ald 4) pulses (/ 8) 1 (/ 8) 1 (/ 4) 0 0 0
    (/ 256) (fun _ => O) (fun _ _ => 0)); try lra; try lia; unfold everywhere; auto using gradient, smooth.
  - intros h _ _. unfold f. pose proof (pow2_ge_0 (W h 0%nat 0%nat)). lra.
  - intros h m c Met. simpl. unfold G, grad. simpl. field.
  - intros h Met. right.
    rewrite (apply_ext (given coins h) _ (fun _ => (/ 4) ^ 2)).
    + now rewrite given_const.
    + intros i _. rewrite norm_sq, inner_one. unfold minus, G, grad. destruct i as [|[|i]]; simpl; ring.
  - intros h i m c Met _ _ _. rewrite (at_start h Met). apply linear_responds; [lra|]. simpl.
    rewrite Rabs_pos_eq; lra.
  - intros h m c Y Met. simpl. unfold pulses, pulse. field.
  - right. unfold average. simpl. unfold conditional, given, pulses. simpl. field.
  - intros. lra.
  - intros h i m Met Next Hm. rewrite (sum_zero 1 (fun j => 0 * _)) by (intros; ring). right.
    apply norm_null, sum_zero. intros c _. unfold minus, G, late. simpl. ring.
  - intros y. rewrite (norm_null (sensitivity_of 1 (fun _ _ => 0) _)); [lra|].
    apply sum_zero. intros i _. unfold sensitivity_of. simpl. ring.
  - intros y. rewrite (norm_null (sensitivity_of 1 (fun _ _ => 0) _)); [lra|].
    apply sum_zero. intros i _. unfold sensitivity_of. simpl. ring.
Qed.

(** The pulses move the weight, and the gradient is not zero. *)
Theorem granular_not_trivial :
  W [0%nat] 0%nat 0%nat <> W [1%nat] 0%nat 0%nat /\ label 0 = label 1 /\ grad (W []) 0%nat 0%nat <> 0.
Proof.
  repeat split; simpl; unfold pulses, pulse, grad; simpl; lra.
Qed.

Print Assumptions granular_witness.
