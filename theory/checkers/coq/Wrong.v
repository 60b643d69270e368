(** Three wrong master theorems, each refuted by an instance: the factors in the right one are needed. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Sums InnerProduct Master.
Local Open Scope R_scope.

Definition plane : space := euclid 2.
Definition vec (a b : R) : plane := fun i => match i with O => a | _ => b end.

Lemma plane_inner (u w : plane) : inner u w = u 0%nat * w 0%nat + u 1%nat * w 1%nat.
Proof. simpl. ring. Qed.

(** Without the cross term of the noise. *)
Definition without_cross_term : Prop :=
  forall (F h n : plane) p x sigma, 0 <= x -> 0 <= sigma -> inner F n = 0 -> norm n <= sigma ->
    inner F (plus F h) <= p + x / 2 * norm (plus (plus F h) n) ^ 2 ->
    inner F (plus F h) <= p + x / 2 * (norm (plus F h) ^ 2 + sigma ^ 2).

Theorem cross_term_needed : ~ without_cross_term.
Proof.
  intros Claim. specialize (Claim (vec 1 0) (vec 0 1) (vec 0 1) (/ 2) (/ 5) 1).
  rewrite !norm_sq, !plane_inner in Claim. unfold vec in Claim. simpl in Claim.
  assert (N : norm (vec 0 1) <= 1) by (apply norm_le; [lra | rewrite plane_inner; simpl; lra]).
  assert (0 <= / 5) by lra. unfold vec in N. specialize (Claim H ltac:(lra) ltac:(lra) N ltac:(lra)). lra.
Qed.

(** The drift with rho^2 for rho. *)
Definition with_rho_squared : Prop :=
  forall (F n b e : real_space) rho, 0 <= rho -> norm e <= rho * norm (plus (plus F n) b) ->
    norm (plus b e) <= rho ^ 2 * norm (plus F n) + (1 + rho) * norm b.

Lemma norm_real (u : real_space) : norm u = Rabs u.
Proof. apply sqrt_Rsqr_abs. Qed.

Theorem rho_needed : ~ with_rho_squared.
Proof.
  intros Claim. specialize (Claim 1 0 0 (/ 2) (/ 2)). rewrite !norm_real in Claim. simpl in Claim.
  rewrite !Rplus_0_r, !Rplus_0_l, !Rabs_pos_eq in Claim by lra. specialize (Claim ltac:(lra) ltac:(lra)). lra.
Qed.

(** Staleness without the drift it causes: q in place of (1 + rho) q. *)
Definition without_drift_of_staleness : Prop :=
  forall (F n b e : real_space) rho, 0 <= rho -> norm e <= rho * norm (plus (plus F n) b) ->
    norm (plus b e) <= rho * norm (plus F n) + norm b.

Theorem drift_of_staleness_needed : ~ without_drift_of_staleness.
Proof.
  intros Claim. specialize (Claim 1 0 1 1 (/ 2)). rewrite !norm_real in Claim. simpl in Claim.
  rewrite !Rplus_0_r, !Rabs_pos_eq in Claim by lra. specialize (Claim ltac:(lra) ltac:(lra)). lra.
Qed.

(** The right one, for comparison: staleness and drift together. *)
Theorem staleness_and_drift {H : space} (F n b e : H) rho :
  0 <= rho -> norm e <= rho * norm (plus (plus F n) b) ->
  norm (plus b e) <= rho * norm (plus F n) + (1 + rho) * norm b.
Proof.
  intros Hr E. pose proof (minkowski b e). pose proof (minkowski (plus F n) b) as M.
  apply (Rmult_le_compat_l rho) in M; [lra | exact Hr].
Qed.
