(** The staleness sensitivity of a network, and the smoothness of one sample's loss.

    The recursions of Network.v are linear in the distances u that the stages have moved, with nonnegative
    coefficients: that is the matrix S (backward weights current), or S_full (backward weights moved as well). *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Master Trajectory Descent Device Training AnalogSGD
  Matrix Network.
Import ListNotations.
Local Open Scope R_scope.

Definition unit_distance (j m : nat) : R := if Nat.eqb j m then 1 else 0.

Lemma pick N u m : (m < N)%nat -> sum N (fun j => unit_distance j m * u j) = u m.
Proof.
  induction N as [|N IH]; intros Hm; [lia|]. simpl. unfold unit_distance at 2.
  destruct (Nat.eqb_spec N m) as [->|E].
  - rewrite sum_zero; [ring|]. intros j Hj. unfold unit_distance. destruct (Nat.eqb_spec j m); [lia | ring].
  - rewrite IH by lia. ring.
Qed.

Lemma sum_combine n a b f g : sum n (fun i => a * f i + b * g i) = a * sum n f + b * sum n g.
Proof. now rewrite sum_plus, !sum_scal. Qed.

(** The Frobenius norm of S Diag(c) will do for Lambda. *)
Lemma delay_frobenius M (S : nat -> nat -> R) (c : nat -> R) Lambda :
  0 <= Lambda -> sum M (fun i => sum M (fun j => (S i j * c j) ^ 2)) <= Lambda ^ 2 -> delay_constant M S c Lambda.
Proof.
  intros HL F y. apply euclid_le; [exact HL|].
  pose proof (inner_pos y) as Py. rewrite euclid_inner in Py.
  apply Rle_trans with (2 := Rmult_le_compat_r _ _ _ Py F). rewrite <- sum_scal_r.
  apply sum_le. intros i _. unfold sensitivity_of.
  pose proof (cauchy_schwarz_sq ((fun j => S i j * c j) : euclid M) y) as CS. rewrite !euclid_inner in CS.
  rewrite (sum_ext M (fun j => S i j * (c j * y j)) (fun j => S i j * c j * y j)) by (intros; ring).
  rewrite (sum_ext M (fun j => (S i j * c j) ^ 2) (fun j => S i j * c j * (S i j * c j))) by (intros; ring).
  lra.
Qed.

Section linear.
  Variable M : nat.
  Variables p0 p1 l0 l1 X : R.
  Variable w : nat -> R.
  Variable cap : nat -> option R.
  Hypothesis p0_nonneg : 0 <= p0.
  Hypothesis p1_nonneg : 0 <= p1.
  Hypothesis l0_nonneg : 0 <= l0.
  Hypothesis l1_nonneg : 0 <= l1.
  Hypothesis X_nonneg : 0 <= X.
  Hypothesis w_nonneg : forall m, 0 <= w m.
  Hypothesis cap_nonneg : forall m c, cap m = Some c -> 0 <= c.

  Local Notation err := (e p0 X w cap).
  Local Notation reach := (zeta p0 X w cap).
  Local Notation signal := (beta M p0 p1 l0 l1 X w cap).
  Local Notation off := (deviation M p0 p1 l0 l1 X w cap).

  (** [t] = 0: the backward weights are current; [t] = 1: they have moved with the forward ones. *)
  Definition sensitivity (t : R) (i j : nat) : R := off (unit_distance j) (fun m => t * unit_distance j m) i.

  Lemma e_linear u m : (m <= M)%nat -> err u m = sum M (fun j => err (unit_distance j) m * u j).
  Proof.
    induction m as [|m IH]; intros Hm; cbn [e]; [symmetry; apply sum_zero; intros; ring|].
    rewrite (sum_ext M _ (fun j => p0 * forward_bound p0 X w cap m * (unit_distance j m * u j)
      + p0 * w m * (err (unit_distance j) m * u j))) by (intros; ring).
    rewrite sum_combine, <- IH, pick by lia. ring.
  Qed.

  Lemma zeta_linear u m : (m < M)%nat -> reach u m = sum M (fun j => reach (unit_distance j) m * u j).
  Proof.
    intros Hm. unfold zeta.
    rewrite (sum_ext M _ (fun j => forward_bound p0 X w cap m * (unit_distance j m * u j)
      + w m * (err (unit_distance j) m * u j))) by (intros; ring).
    now rewrite sum_combine, <- e_linear, pick by lia.
  Qed.

  Lemma beta_linear t u j : (j < M)%nat ->
    signal u (fun m => t * u m) j = sum M (fun k => signal (unit_distance k) (fun m => t * unit_distance k m) j * u k).
  Proof.
    induction j as [|j IH]; intros Hj; cbn [beta].
    - rewrite (sum_ext M _ (fun k => p1 * l0 * (reach (unit_distance k) (M - 1) * u k)
        + p0 * l1 * (err (unit_distance k) M * u k))) by (intros; ring).
      rewrite sum_combine, <- e_linear, <- zeta_linear by lia. ring.
    - set (B := backward_bound M p0 l0 w j). set (W := w (st M j)).
      rewrite (sum_ext M _ (fun k => p1 * W * B * (reach (unit_distance k) (st M (S j)) * u k) + p0 *
        (W * (signal (unit_distance k) (fun m => t * unit_distance k m) j * u k)
         + t * B * (unit_distance k (st M j) * u k)))) by (intros; ring).
      rewrite sum_combine, sum_combine, <- IH, <- zeta_linear, pick by (unfold st; lia). ring.
  Qed.

  Lemma deviation_linear t u i : (i < M)%nat ->
    off u (fun m => t * u m) i = sum M (fun j => sensitivity t i j * u j).
  Proof.
    intros Hi. unfold sensitivity, deviation.
    rewrite (sum_ext M _ (fun j => forward_bound p0 X w cap i *
      (signal (unit_distance j) (fun m => t * unit_distance j m) (M - 1 - i) * u j)
      + backward_bound M p0 l0 w (M - 1 - i) * (err (unit_distance j) i * u j))) by (intros; ring).
    rewrite sum_combine, <- e_linear, <- beta_linear by lia. ring.
  Qed.

  Lemma unit_nonneg j m : 0 <= unit_distance j m.
  Proof. unfold unit_distance. destruct (Nat.eqb j m); lra. Qed.

  Lemma e_nonneg j m : 0 <= err (unit_distance j) m.
  Proof.
    induction m as [|m IH]; simpl; [lra|].
    apply Rmult_le_pos; [exact p0_nonneg|]. apply Rplus_le_le_0_compat; apply Rmult_le_pos; auto using unit_nonneg.
    now apply forward_bound_nonneg.
  Qed.

  Lemma zeta_nonneg j m : 0 <= reach (unit_distance j) m.
  Proof.
    apply Rplus_le_le_0_compat; apply Rmult_le_pos; auto using unit_nonneg;
      [now apply forward_bound_nonneg | apply e_nonneg].
  Qed.

  Lemma beta_grows j s t k : 0 <= s <= t ->
    0 <= signal (unit_distance j) (fun m => s * unit_distance j m) k
      <= signal (unit_distance j) (fun m => t * unit_distance j m) k.
  Proof.
    intros [Hs Ht]. pose proof (backward_bound_nonneg M p0 l0 w p0_nonneg l0_nonneg w_nonneg) as BB.
    induction k as [|k [IH1 IH2]]; cbn [beta].
    - split; [|lra]. pose proof (zeta_nonneg j (M - 1)). pose proof (e_nonneg j M).
      apply Rplus_le_le_0_compat; repeat apply Rmult_le_pos; auto.
    - pose proof (zeta_nonneg j (st M (S k))) as Z. pose proof (unit_nonneg j (st M k)) as U.
      pose proof (BB k) as Bk.
      assert (Moved : 0 <= s * unit_distance j (st M k) * backward_bound M p0 l0 w k
        <= t * unit_distance j (st M k) * backward_bound M p0 l0 w k).
      { split; [repeat apply Rmult_le_pos; auto|]. apply Rmult_le_compat_r; [exact Bk|].
        apply Rmult_le_compat_r; assumption. }
      pose proof (Rmult_le_compat_l (w (st M k)) _ _ (w_nonneg _) IH2).
      pose proof (Rmult_le_pos _ _ (w_nonneg (st M k)) IH1).
      split.
      + apply Rplus_le_le_0_compat.
        * apply Rmult_le_pos; [now apply Rmult_le_pos|]. now apply Rmult_le_pos.
        * apply Rmult_le_pos; [exact p0_nonneg | lra].
      + apply Rplus_le_compat_l, Rmult_le_compat_l; [exact p0_nonneg | lra].
  Qed.

  (** Entrywise 0 <= S <= S_full: reading current backward weights is the less biased choice. *)
  Theorem sensitivity_grows s t i j : 0 <= s <= t -> 0 <= sensitivity s i j <= sensitivity t i j.
  Proof.
    intros Hst. destruct (beta_grows j s t (M - 1 - i) Hst) as [B1 B2].
    pose proof (forward_bound_nonneg p0 X w cap p0_nonneg X_nonneg w_nonneg i cap_nonneg) as Fb.
    pose proof (backward_bound_nonneg M p0 l0 w p0_nonneg l0_nonneg w_nonneg (M - 1 - i)) as Bb.
    pose proof (e_nonneg j i) as E. unfold sensitivity, deviation.
    split.
    - apply Rplus_le_le_0_compat; apply Rmult_le_pos; assumption.
    - apply Rplus_le_compat_r, Rmult_le_compat_r; assumption.
  Qed.
End linear.

(** * One sample *)

Section sample.
  Variable M : nat.
  Variable width : nat -> nat.
  Variables phi dphi : nat -> R -> R.
  Variables p0 p1 l0 l1 X : R.
  Variable w : nat -> R.
  Variable cap : nat -> option R.
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
  Hypothesis capped : forall m c, cap m = Some c ->
    forall z : euclid (width (S m)), norm ((fun i => phi m (z i)) : euclid (width (S m))) <= c.
  Variable x0 : euclid (width 0).
  Variable loss : euclid (width M) -> euclid (width M).
  Hypothesis input_bound : norm x0 <= X.
  Let reached : R := forward_bound p0 X w cap M.
  Hypothesis loss_bound : forall y, norm y <= reached -> norm (loss y) <= l0.
  Hypothesis loss_lipschitz : forall y z, norm y <= reached -> norm z <= reached ->
    norm (minus (loss y) (loss z)) <= l1 * norm (minus y z).

  Let V : space := weights M (size width).
  Let G : V -> V -> V := direction M width phi dphi x0 loss.
  Let inside : V -> Prop := bounded M width w.
  Let S := sensitivity M p0 p1 l0 l1 X w cap.

  Lemma minus_swap (U W : V) j :
    norm (minus U W j : euclid (size width j)) = norm (minus W U j : euclid (size width j)).
  Proof.
    apply lift_norm_ext. intros c _.
    change ((U j c + -1 * W j c) * (U j c + -1 * W j c) = (W j c + -1 * U j c) * (W j c + -1 * U j c)). ring.
  Qed.

  (** Forward weights U instead of W: stage by stage at most S times the distances. *)
  Theorem stale_direction U W m :
    inside U -> inside W -> (m < M)%nat ->
    norm (minus (G U W) (G W W) m : euclid (size width m))
    <= sum M (fun j => S 0 m j * norm (minus W U j : euclid (size width j))).
  Proof.
    intros HU HW Hm. set (u := fun j => norm (minus W U j : euclid (size width j))).
    assert (Z : forall m, 0 = 0 * u m) by (intros; ring).
    apply Rle_trans with (deviation M p0 p1 l0 l1 X w cap u (fun m => 0 * u m) m).
    - apply (direction_stale M width phi dphi p0 p1 l0 l1 X w cap); auto.
      + intros j _. rewrite minus_swap. apply Rle_refl.
      + intros j _. rewrite <- Z. apply Req_le, norm_null, sum_zero. intros c _.
        change ((W j c + -1 * W j c) * (W j c + -1 * W j c) = 0). ring.
    - apply Req_le. now apply deviation_linear.
  Qed.

  (** All weights U instead of W: the gradient of the sample is Lipschitz with L = norm2 S_full. *)
  Theorem sample_smooth L U W :
    0 <= L -> delay_constant M (S 1) (fun _ => 1) L -> inside U -> inside W ->
    norm (minus (G U U) (G W W)) <= L * norm (minus U W).
  Proof.
    intros HL Spectral HU HW. set (u := (fun j => norm (minus U W j : euclid (size width j))) : euclid M).
    assert (Nu : norm u = norm (minus U W))
      by apply (lift_norm_norm (sum_functional M) (fun m => euclid (size width m))).
    rewrite <- Nu. apply Rle_trans with (2 := Spectral u).
    apply lift_norm_le. intros m Hm. rewrite <- (norm_sq (minus (G U U) (G W W) m)).
    assert (D : norm (minus (G U U) (G W W) m : euclid (size width m)) <= sensitivity_of M (S 1) (fun j => 1 * u j) m).
    { apply Rle_trans with (deviation M p0 p1 l0 l1 X w cap u (fun m => 1 * u m) m).
      - apply (direction_stale M width phi dphi p0 p1 l0 l1 X w cap); auto.
        + intros j _. apply Rle_refl.
        + intros j _. rewrite Rmult_1_l. apply Rle_refl.
      - apply Req_le. rewrite deviation_linear by exact Hm. unfold sensitivity_of.
        apply sum_ext. intros. unfold S. ring. }
    pose proof (norm_nonneg (minus (G U U) (G W W) m : euclid (size width m))).
    simpl (inner (sensitivity_of _ _ _ _) _).
    replace (norm (minus (G U U) (G W W) m : euclid (size width m)) ^ 2) with
      (norm (minus (G U U) (G W W) m : euclid (size width m)) * norm (minus (G U U) (G W W) m : euclid (size width m)))
      by ring.
    apply Rmult_le_compat; assumption.
  Qed.
End sample.
