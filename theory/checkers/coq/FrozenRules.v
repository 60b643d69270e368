(** Two rules for windows of martingale differences, over the finite product space of independent samples
    (docs/theory.md#free.frozen_orthogonal): what does not depend on the samples of a window is orthogonal to its
    differences, and a weight that is known before the window leaves them differences.

    Times are those of Rules.v: [known j] says that a member does not look at the last j samples, [centred j] that it is
    orthogonal to whatever does not look at the last j + 1. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Rules.
Import ListNotations.
Local Open Scope R_scope.

Section frozen.
  Variables (P : sampler) (K : nat) (H : space).
  Implicit Types n X : process P K H.

  (** The sum of the last d terms of a sequence, none of them before the start. *)
  Definition last_terms (d : nat) n : process P K H := vsum d (fun i => delayed P K H (S i) n).

  Lemma centred_zero j : centred P K H j (zero : process P K H).
  Proof. intros Y. apply inner_zero. Qed.

  Lemma centred_plus j (X Z : process P K H) :
    centred P K H j X -> centred P K H j Z -> centred P K H j (plus X Z).
  Proof. intros A B Y. rewrite inner_plus, (A Y), (B Y). ring. Qed.

  Lemma sum_centred (y : nat -> process P K H) d :
    (forall i, (i < d)%nat -> centred P K H (S i) (y i)) -> centred P K H d (vsum d y).
  Proof.
    induction d as [|d IH]; intros C; [apply centred_zero|].
    apply (centred_plus (S d) (vsum d y) (y d)); [|apply C; lia].
    apply (centred_later P K H d); [apply IH; intros; apply C; lia | lia].
  Qed.

  Lemma known_plus j (X Z : process P K H) : known P K H j X -> known P K H j Z -> known P K H j (plus X Z).
  Proof.
    intros [X' A] [Z' B]. exists (fun k l => plus (X' k l) (Z' k l)). intros h T.
    change (plus (X h) (Z h) = plus (X' (length h) (skipn j h)) (Z' (length h) (skipn j h))).
    now rewrite (A h T), (B h T).
  Qed.

  Lemma known_sooner i j X : known P K H i X -> (j <= i)%nat -> known P K H j X.
  Proof.
    intros [Y A] L. exists (fun k l => Y k (skipn (i - j) l)). intros h T. rewrite skipn_skipn.
    replace (j + (i - j))%nat with i by lia. now apply A.
  Qed.

  Lemma sum_known (y : nat -> process P K H) d :
    (forall i, (i < d)%nat -> known P K H 1 (y i)) -> known P K H 1 (vsum d y).
  Proof.
    induction d as [|d IH]; intros C; [apply known_zero|].
    apply (known_plus 1 (vsum d y) (y d)); [apply IH; intros; apply C; lia | apply C; lia].
  Qed.

  (** * The first rule *)

  (** Theta was known before the window, and G has mean zero given all samples before its own. *)
  (* Claim: free.frozen_orthogonal *)
  Theorem frozen_sum n (Theta G : process P K H) d :
    differences P K H n -> known P K H (S d) Theta -> differences P K H G ->
    inner (plus Theta G) (last_terms d n) = 0.
  Proof.
    intros D KT DG. rewrite inner_plus, (inner_sym Theta).
    rewrite (tower P K H d (S d) (last_terms d n) Theta); [|apply sum_centred|exact KT|lia].
    - rewrite (tower P K H 0 1 G (last_terms d n)); [ring | now apply centred_now | | lia].
      apply sum_known. intros i _. apply (known_sooner (S i + 0)); [|lia]. apply known_delayed, known_now.
    - intros i _. now apply centred_delayed.
  Qed.

  (** What looks at a sample of the window need not be orthogonal to it: the last difference itself is not. *)
  Lemma seen_is_not_orthogonal n :
    let last := delayed P K H 1 n : process P K H in inner last (last_terms 1 n) = inner last last.
  Proof.
    intros last. change (last_terms 1 n) with (plus zero last). rewrite inner_plus_r, inner_zero_r. ring.
  Qed.

  (** Independent samples: nobody looks at the history who draws one. *)
  Definition independent : Prop := forall h h' i, chance P h i = chance P h' i.

  (** A sequence that looks at the fresh sample and, besides, only at what was there D updates ago. *)
  Definition frozen_at (D : nat) (u : nat -> history -> nat -> H) : history -> H :=
    fun h => match h with nil => zero | i :: l => u (length l) (skipn D l) i end.

  (** Its mean over the fresh sample alone. *)
  Definition over_fresh (D : nat) (u : nat -> history -> nat -> H) : history -> H :=
    fun h => match h with
    | nil => zero
    | _ :: l => vsum (samples P) (fun i => scal (chance P [] i) (u (length l) (skipn D l) i))
    end.

  Lemma given_independent h f : independent -> given P h f = sum (samples P) (fun i => chance P [] i * f i).
  Proof. intros I. apply sum_ext. intros i _. now rewrite (I h []). Qed.

  Theorem frozen_orthogonal n (u : nat -> history -> nat -> H) d D :
    independent -> differences P K H n -> (d <= D)%nat ->
    inner (frozen_at D u : process P K H) (last_terms d n) = 0.
  Proof.
    intros I Dn L. set (Theta := over_fresh D u : process P K H).
    set (G := (fun h => plus (frozen_at D u h) (scal (-1) (over_fresh D u h))) : process P K H).
    rewrite <- (frozen_sum n Theta G d Dn).
    - apply average_taken. intros h _. unfold Theta, G.
      change (inner (frozen_at D u h) (last_terms d n h) = inner (plus (over_fresh D u h)
        (plus (frozen_at D u h) (scal (-1) (over_fresh D u h)))) (last_terms d n h)).
      rewrite !inner_plus, inner_scal. ring.
    - apply (known_sooner (S D)); [|lia].
      exists (fun k l => match k with
        | O => zero
        | S k => vsum (samples P) (fun i => scal (chance P [] i) (u k l i)) end).
      intros [|i h] [_ T]; [simpl in T; lia|]. reflexivity.
    - intros h w R Lh. unfold conditional, G.
      rewrite (given_independent h _ I).
      rewrite (sum_ext _ _ (fun i => chance P [] i * inner (u (length h) (skipn D h) i) w + (-1) * (chance P [] i
        * inner (vsum (samples P) (fun i => scal (chance P [] i) (u (length h) (skipn D h) i))) w))).
      + rewrite sum_plus, sum_scal.
        rewrite (sum_ext _ (fun i => chance P [] i * inner (vsum _ _) w) (fun i => inner (vsum (samples P)
          (fun i => scal (chance P [] i) (u (length h) (skipn D h) i))) w * chance P [] i)) by (intros; ring).
        rewrite sum_scal, chance_total, inner_vsum.
        rewrite (sum_ext _ (fun i => inner (scal _ _) w)
          (fun i => chance P [] i * inner (u (length h) (skipn D h) i) w)) by (intros; apply inner_scal). ring.
      + intros i _. simpl. rewrite inner_plus, inner_scal. ring.
  Qed.

  (** * The second rule *)

  (** A sum of differences of different steps, each known as early as its step. *)
  (* Claim: free.weighted_window *)
  Theorem weighted_sum (y : nat -> process P K H) d v :
    (forall i, (i < d)%nat -> centred P K H (S i) (y i)) -> (forall i, (i < d)%nat -> known P K H (S i) (y i)) ->
    (forall i, (i < d)%nat -> inner (y i) (y i) <= v) -> inner (vsum d y) (vsum d y) <= INR d * v.
  Proof.
    intros C Kn V. rewrite pythagoras.
    - rewrite <- sum_const. apply sum_le. exact V.
    - intros i j L. apply (tower P K H (S i) (S j)); [apply C; lia | apply Kn; lia | lia].
  Qed.

  Section weighted.
    Variables (n : process P K H) (c : nat -> history -> R) (d D : nat) (s2 : R).
    Hypothesis n_differences : differences P K H n.
    Hypothesis before : (d <= D)%nat.
    Hypothesis weight_nonneg : forall k l, 0 <= c k l.
    Hypothesis s2_nonneg : 0 <= s2.
    Hypothesis variance : forall h, reachable P h -> (length h < K)%nat ->
      conditional P (fun h => inner (n h) (n h)) h <= s2.

    (** The weight of a step looks only at what was there D updates ago. *)
    Let weight (h : history) : R := c (length h) (skipn (S D) h).
    Let y (i : nat) : process P K H := fun h => scal (sqrt (weight h)) (delayed P K H (S i) n h).

    Lemma weight_known i (h : history) : (i < d)%nat -> skipn (S D) h = skipn (D - S i) (skipn (S (S i)) h).
    Proof. intros L. rewrite skipn_skipn. f_equal. lia. Qed.

    Lemma weighted_centred i : (i < d)%nat -> centred P K H (S i) (y i).
    Proof.
      intros L Y.
      rewrite <- (centred_delayed P K H (S i) n n_differences
        (fun k l => scal (sqrt (c k (skipn (D - S i) l))) (Y k l))).
      apply average_taken. intros h _. unfold y, weight. rewrite (weight_known i h L), inner_scal.
      now rewrite inner_scal_r.
    Qed.

    Lemma weighted_known i : (i < d)%nat -> known P K H (S i) (y i).
    Proof.
      intros L. destruct (known_delayed P K H 0 (S i) n (known_now P K H n)) as [Y E].
      exists (fun k l => scal (sqrt (c k (skipn (D - i) l))) (Y k l)). intros h T. unfold y, weight.
      rewrite (E h T), skipn_skipn. replace (S i + 0)%nat with (S i) by lia.
      now replace (S i + (D - i))%nat with (S D) by lia.
    Qed.

    Let ended (i : nat) (g : history) : R :=
      inner (match g with nil => zero | x :: l => n (x :: l) end) (match g with nil => zero | x :: l => n (x :: l) end).

    Lemma one_step k i : (i < d)%nat -> (k < K)%nat ->
      mean P (S k) (fun h => c (S k) (skipn (D - i) (skipn (S i) h)) * ended i (skipn (S i) h))
        <= s2 * mean P (S k) (fun h => c (S k) (skipn (D - i) (skipn (S i) h))).
    Proof.
      intros L Lk. rewrite (mean_skipn P (S k) (S i) (fun g => c (S k) (skipn (D - i) g) * ended i g)).
      rewrite (mean_skipn P (S k) (S i) (fun g => c (S k) (skipn (D - i) g))).
      destruct (S k - S i)%nat as [|m] eqn:E.
      - simpl. unfold ended. rewrite inner_zero. pose proof (weight_nonneg (S k) (skipn (D - i) [])).
        pose proof (Rmult_le_pos _ _ s2_nonneg H0). lra.
      - rewrite <- mean_scal. simpl mean. apply mean_le. intros h [R Lh].
        replace (D - i)%nat with (S (D - i - 1)) by lia. unfold conditional. simpl skipn.
        change (fun i0 : nat => c (S k) (skipn (D - i - 1) h) * ended i (i0 :: h)) with
          (fun i0 : nat => c (S k) (skipn (D - i - 1) h) * inner (n (i0 :: h)) (n (i0 :: h))).
        rewrite (apply_scal (given P h)), given_const, Rmult_comm.
        apply Rmult_le_compat_r; [apply weight_nonneg|]. apply variance; [exact R | lia].
    Qed.

    Lemma weighted_length i : (i < d)%nat -> inner (y i) (y i) <= s2 * average P K weight.
    Proof.
      intros L. rewrite <- (apply_scal (average P K)).
      change (/ INR K * sum K (fun k => mean P (S k) (fun h => inner (y i h) (y i h)))
        <= / INR K * sum K (fun k => mean P (S k) (fun h => s2 * weight h))). apply Rmult_le_compat_l.
      { destruct K; [simpl; rewrite Rinv_0; lra|]. left. apply Rinv_0_lt_compat, lt_0_INR. lia. }
      apply sum_le. intros k Lk. rewrite mean_scal.
      change (mean P (S k) (fun h => inner (y i h) (y i h)) <= s2 * mean P (S k) weight).
      rewrite (mean_same P (S k) (fun h => inner (y i h) (y i h))
        (fun h => c (S k) (skipn (D - i) (skipn (S i) h)) * ended i (skipn (S i) h))).
      2:{ intros h _ Lh. unfold y, weight, ended, delayed. rewrite inner_scal, inner_scal_r, <- Rmult_assoc, Lh.
          rewrite sqrt_sqrt by apply weight_nonneg. rewrite skipn_skipn.
          now replace (S i + (D - i))%nat with (S D) by lia. }
      rewrite (mean_same P (S k) weight (fun h => c (S k) (skipn (D - i) (skipn (S i) h)))).
      2:{ intros h _ Lh. unfold weight. rewrite Lh, skipn_skipn. now replace (S i + (D - i))%nat with (S D) by lia. }
      now apply one_step.
    Qed.

    (** Seen with a weight that is known before the window, its length is that of d differences all the same. *)
    Theorem weighted_window :
      average P K (fun h => weight h * inner (last_terms d n h) (last_terms d n h))
        <= INR d * (s2 * average P K weight).
    Proof.
      apply Rle_trans with (2 := weighted_sum y d _ weighted_centred weighted_known weighted_length), Req_le.
      apply average_taken. intros h _.
      assert (At : forall m (f : nat -> process P K H), (vsum m f : process P K H) h = vsum m (fun i => f i h)).
      { intros m f. induction m as [|m IH]; [reflexivity|]. simpl. now rewrite <- IH. }
      unfold last_terms. rewrite !At, !inner_vsum, <- sum_scal. apply sum_ext. intros i _.
      unfold y at 1. rewrite inner_scal, (inner_sym _ (vsum d _)), (inner_sym _ (vsum d (fun j => y j h))), !inner_vsum.
      rewrite <- !sum_scal. apply sum_ext. intros j _. unfold y. rewrite inner_scal, <- Rmult_assoc.
      now rewrite sqrt_sqrt by apply weight_nonneg.
    Qed.
  End weighted.
End frozen.
