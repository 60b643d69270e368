(** Mini-batches: B independent draws make one sample, and the mean over them has variance sigma^2 / B.

    A batch of B draws from N samples is a number below N^B, its draws are the digits. *)

From Coq Require Import Reals Lra Lia.
From Analog Require Import Sums InnerProduct Expectation Descent.
Local Open Scope R_scope.

Lemma sum_add m k f : sum (m + k) f = sum m f + sum k (fun i => f (m + i)%nat).
Proof.
  induction k as [|k IH]; simpl; [rewrite Nat.add_0_r; ring|].
  rewrite Nat.add_succ_r. simpl. rewrite IH. ring.
Qed.

Lemma sum_mul n N f : sum (n * N) f = sum n (fun a => sum N (fun b => f (a * N + b)%nat)).
Proof.
  induction n as [|n IH]; [reflexivity|]. replace (S n * N)%nat with (n * N + N)%nat by lia.
  rewrite sum_add, IH. reflexivity.
Qed.

Lemma sum_swap n m f : sum n (fun i => sum m (fun j => f i j)) = sum m (fun j => sum n (fun i => f i j)).
Proof. apply (apply_sum (sum_functional n) m (fun j i => f i j)). Qed.

Section batch.
  Variable N : nat.
  Variable chance1 : nat -> R.
  Hypothesis chance1_nonneg : forall i, 0 <= chance1 i.
  Hypothesis chance1_total : sum N chance1 = 1.

  Fixpoint batch_chance (B c : nat) : R :=
    match B with
    | O => 1
    | S B => chance1 (c mod N) * batch_chance B (c / N)
    end.

  Lemma N_pos : (0 < N)%nat.
  Proof. destruct N; [simpl in chance1_total; lra | lia]. Qed.

  (** Draw the rest of the batch first, then the lowest digit. *)
  Lemma batch_split B f :
    sum (N ^ S B) (fun c => batch_chance (S B) c * f c)
    = sum (N ^ B) (fun c => batch_chance B c * sum N (fun i => chance1 i * f (c * N + i)%nat)).
  Proof.
    pose proof N_pos. replace (N ^ S B)%nat with (N ^ B * N)%nat by (simpl; lia).
    rewrite sum_mul. apply sum_ext. intros c _. rewrite <- sum_scal. apply sum_ext. intros i Hi.
    cbn [batch_chance]. replace ((c * N + i) mod N)%nat with i.
    - replace ((c * N + i) / N)%nat with c; [ring|].
      rewrite Nat.div_add_l, Nat.div_small by lia. lia.
    - rewrite Nat.add_comm, Nat.mod_add, Nat.mod_small; lia.
  Qed.

  Lemma batch_chance_nonneg B : forall c, 0 <= batch_chance B c.
  Proof. induction B as [|B IH]; intros c; simpl; [lra|]. apply Rmult_le_pos; auto. Qed.

  Lemma batch_total B : sum (N ^ B) (batch_chance B) = 1.
  Proof.
    induction B as [|B IH]; [simpl; ring|].
    rewrite (sum_ext _ _ (fun c => batch_chance (S B) c * 1)) by (intros; ring).
    rewrite (batch_split B (fun _ => 1)). transitivity (sum (N ^ B) (batch_chance B)); [|exact IH].
    apply sum_ext. intros c _.
    rewrite (sum_ext N _ chance1) by (intros; ring). rewrite chance1_total. ring.
  Qed.

  Definition batches (B : nat) : sampler :=
    Sampler (N ^ B) (fun _ => batch_chance B) (fun _ => batch_chance_nonneg B) (fun _ => batch_total B).

  Context {H : space}.

  Fixpoint batch_sum (B : nat) (X : nat -> H) (c : nat) : H :=
    match B with
    | O => zero
    | S B => plus (X (c mod N)) (batch_sum B X (c / N))
    end.

  Definition batch_mean (B : nat) (X : nat -> H) (c : nat) : H := scal (/ INR B) (batch_sum B X c).

  (** E <batch_sum, w> is B times E <X, w>. *)
  Lemma batch_sum_mean B X w :
    sum (N ^ B) (fun c => batch_chance B c * inner (batch_sum B X c) w)
    = INR B * sum N (fun i => chance1 i * inner (X i) w).
  Proof.
    set (m := sum N (fun i => chance1 i * inner (X i) w)).
    induction B as [|B IH]; [simpl; rewrite inner_zero; ring|].
    rewrite (batch_split B (fun c => inner (batch_sum (S B) X c) w)).
    rewrite (sum_ext _ _ (fun c => batch_chance B c * m + batch_chance B c * inner (batch_sum B X c) w)).
    - rewrite sum_plus, IH, S_INR.
      rewrite (sum_ext _ (fun c => batch_chance B c * m) (fun c => m * batch_chance B c)) by (intros; ring).
      rewrite sum_scal, batch_total. ring.
    - intros c _. rewrite <- Rmult_plus_distr_l. f_equal.
      rewrite (sum_ext N _ (fun i => chance1 i * inner (X i) w + inner (batch_sum B X c) w * chance1 i)).
      + rewrite sum_plus, sum_scal, chance1_total. fold m. ring.
      + intros i Hi. cbn [batch_sum]. rewrite inner_plus, Nat.div_add_l, (Nat.div_small i) by lia.
        rewrite Nat.add_0_r, Nat.add_comm, Nat.mod_add, Nat.mod_small by lia. ring.
  Qed.

  (** Independent, of mean zero: variances add. *)
  Lemma batch_sum_variance B X s :
    (forall w, sum N (fun i => chance1 i * inner (X i) w) = 0) ->
    sum N (fun i => chance1 i * inner (X i) (X i)) <= s ->
    sum (N ^ B) (fun c => batch_chance B c * inner (batch_sum B X c) (batch_sum B X c)) <= INR B * s.
  Proof.
    intros Mean Var. set (m := sum N (fun i => chance1 i * inner (X i) (X i))) in *.
    enough (E : sum (N ^ B) (fun c => batch_chance B c * inner (batch_sum B X c) (batch_sum B X c)) = INR B * m)
      by (rewrite E; apply Rmult_le_compat_l; [apply pos_INR | exact Var]).
    induction B as [|B IH]; [simpl; rewrite inner_zero; ring|].
    rewrite (batch_split B (fun c => inner (batch_sum (S B) X c) (batch_sum (S B) X c))).
    rewrite (sum_ext _ _ (fun c => m * batch_chance B c
      + batch_chance B c * inner (batch_sum B X c) (batch_sum B X c))).
    - rewrite sum_plus, IH, sum_scal, batch_total, S_INR. ring.
    - intros c _. set (b := batch_sum B X c).
      rewrite (sum_ext N _ (fun i => chance1 i * inner (X i) (X i) +
        (2 * (chance1 i * inner (X i) b) + inner b b * chance1 i))).
      + rewrite !sum_plus, !sum_scal, chance1_total, Mean. fold m. ring.
      + intros i Hi. cbn [batch_sum].
        rewrite Nat.div_add_l, (Nat.div_small i), Nat.add_0_r by lia.
        rewrite Nat.add_comm, Nat.mod_add, Nat.mod_small by lia. fold b.
        rewrite !inner_plus, !inner_plus_r, (inner_sym b (X i)). ring.
  Qed.

  (* Claim: batch.variance *)
  Theorem batch_mean_variance B X (g : H) sigma :
    (0 < B)%nat ->
    (forall w, sum N (fun i => chance1 i * inner (X i) w) = inner g w) ->
    sum N (fun i => chance1 i * norm (minus (X i) g) ^ 2) <= sigma ^ 2 ->
    sum (N ^ B) (fun c => batch_chance B c * norm (minus (batch_mean B X c) g) ^ 2) <= sigma ^ 2 / INR B.
  Proof.
    intros HB Mean Var. assert (PB : 0 < INR B) by (apply lt_0_INR; lia).
    set (D := fun i => minus (X i) g).
    assert (Sums : forall B c w, inner (batch_sum B D c) w = inner (batch_sum B X c) w - INR B * inner g w).
    { clear HB PB B. intros B. induction B as [|B IH]; intros c w; [simpl; rewrite inner_zero; ring|].
      cbn [batch_sum]. rewrite !inner_plus, IH, S_INR. unfold D, minus. rewrite inner_plus, inner_scal. ring. }
    assert (Shrink : forall c, norm (minus (batch_mean B X c) g) ^ 2
      = (/ INR B) ^ 2 * inner (batch_sum B D c) (batch_sum B D c)).
    { intros c. rewrite norm_sq.
      assert (Half : forall w, inner (minus (batch_mean B X c) g) w = / INR B * inner (batch_sum B D c) w).
      { intros w. rewrite Sums. unfold minus, batch_mean. rewrite inner_plus, !inner_scal. field. lra. }
      rewrite Half, inner_sym, Half. ring. }
    rewrite (sum_ext _ _ (fun c => (/ INR B) ^ 2 * (batch_chance B c * inner (batch_sum B D c) (batch_sum B D c))))
      by (intros; rewrite Shrink; ring).
    rewrite sum_scal.
    apply Rle_trans with ((/ INR B) ^ 2 * (INR B * sigma ^ 2)); [|apply Req_le; field; lra].
    apply Rmult_le_compat_l; [apply pow2_ge_0|]. apply batch_sum_variance.
    - intros w. unfold D, minus.
      rewrite (sum_ext N _ (fun i => chance1 i * inner (X i) w + (- inner g w) * chance1 i))
        by (intros; rewrite inner_plus, inner_scal; ring).
      rewrite sum_plus, Mean, sum_scal, chance1_total. ring.
    - apply Rle_trans with (2 := Var), Req_le, sum_ext. intros. unfold D. now rewrite norm_sq.
  Qed.
End batch.
