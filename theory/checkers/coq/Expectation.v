(** Finite random processes, the filtration they are adapted to, and martingale differences.

    At every step one of [N] samples is drawn; sample i is drawn after the history h with probability [p h i].
    Independent draws are the case where p does not look at h; a sampler that looks at the weights, as the
    attaining instance of the floor does, is covered too.  A history is the list of samples drawn so far, the
    latest first, so

      - an adapted process is a function of the history, and "k steps ago" is [skipn k]: time before the start is
        the empty history;
      - conditional expectation averages over the coming sample, and the tower property is a definition. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct.
Import ListNotations.
Local Open Scope R_scope.

Definition history := list nat.

Lemma skipn_skipn {A} i j (l : list A) : skipn j (skipn i l) = skipn (i + j) l.
Proof. revert l. induction i as [|i IH]; intros [|x l]; simpl; auto using skipn_nil. Qed.

(** Who draws the samples. *)
Record sampler := Sampler {
  samples : nat;
  chance : history -> nat -> R;
  chance_nonneg : forall h i, 0 <= chance h i;
  chance_total : forall h, sum samples (chance h) = 1
}.

Section expectation.
  Variable P : sampler.

  (** Histories that occur with positive probability: "almost surely" is "for every reachable history". *)
  Fixpoint reachable (h : history) : Prop :=
    match h with
    | [] => True
    | i :: h => (i < samples P)%nat /\ 0 < chance P h i /\ reachable h
    end.

  (** The coming sample, given the history. *)
  Definition given (h : history) : functional nat.
  Proof.
    refine (Functional nat (fun X => sum (samples P) (fun i => chance P h i * X i))
      (fun i => (i < samples P)%nat /\ 0 < chance P h i) _ _ _).
    - intros X Y. rewrite <- sum_plus. apply sum_ext. intros. ring.
    - intros c X. rewrite <- sum_scal. apply sum_ext. intros. ring.
    - intros X Y L. apply sum_le. intros i Hi.
      destruct (Rle_lt_or_eq_dec 0 _ (chance_nonneg P h i)) as [Q|Q].
      + apply Rmult_le_compat_l; [lra|]. now apply L.
      + rewrite <- Q. lra.
  Defined.

  (** E[X given h], for an X that depends on one sample more than h has. *)
  Definition conditional (X : history -> R) (h : history) : R := given h (fun i => X (i :: h)).

  (** E X, for an X that depends on the first k samples. *)
  Fixpoint mean (k : nat) (X : history -> R) : R :=
    match k with
    | O => X []
    | S k => mean k (conditional X)
    end.

  Lemma given_const h c : given h (fun _ => c) = c.
  Proof.
    simpl. rewrite (sum_ext _ _ (fun i => c * chance P h i)) by (intros; ring).
    rewrite sum_scal, chance_total. ring.
  Qed.

  Lemma conditional_const c h : conditional (fun _ => c) h = c.
  Proof. exact (given_const h c). Qed.

  (** Averages in any other sense pass under the conditional expectation. *)
  Lemma given_swap {T} (E : functional T) h X :
    given h (fun i => E (X i)) = E (fun t => given h (fun i => X i t)).
  Proof.
    simpl. rewrite (apply_sum E). apply sum_ext. intros. now rewrite apply_scal.
  Qed.

  Lemma mean_le k : forall X Y,
    (forall h, reachable h /\ length h = k -> X h <= Y h) -> mean k X <= mean k Y.
  Proof.
    induction k as [|k IH]; intros X Y L; simpl.
    - apply L. simpl. auto.
    - apply IH. intros h [R E]. apply apply_le. intros i [Hi Pi]. apply L. simpl. auto.
  Qed.

  Lemma mean_ext k X Y : (forall h, X h = Y h) -> mean k X = mean k Y.
  Proof. intros E. apply Rle_antisym; apply mean_le; intros h _; rewrite E; lra. Qed.

  Lemma mean_plus k : forall X Y, mean k (fun h => X h + Y h) = mean k X + mean k Y.
  Proof.
    induction k as [|k IH]; intros X Y; simpl; [reflexivity|].
    rewrite <- IH. apply mean_ext. intros. apply (apply_plus (given h)).
  Qed.

  Lemma mean_scal k c : forall X, mean k (fun h => c * X h) = c * mean k X.
  Proof.
    induction k as [|k IH]; intros X; simpl; [reflexivity|].
    rewrite <- IH. apply mean_ext. intros. apply (apply_scal (given h)).
  Qed.

  (** Expectation is a linear functional, monotone on reachable histories: Hilbert spaces follow by [lift]. *)
  Definition expectation (k : nat) : functional history :=
    Functional history (mean k) (fun h => reachable h /\ length h = k) (mean_plus k) (mean_scal k) (mean_le k).

  Lemma mean_const k c : mean k (fun _ => c) = c.
  Proof.
    induction k as [|k IH]; simpl; [reflexivity|].
    transitivity (mean k (fun _ => c)); [|exact IH]. apply mean_ext. intros. apply conditional_const.
  Qed.

  (** What happened j steps ago has the distribution it had then. *)
  Lemma mean_skipn k : forall j X, mean k (fun h => X (skipn j h)) = mean (k - j) X.
  Proof.
    induction k as [|k IH]; intros [|j] X; try reflexivity. simpl (mean (S k) _).
    rewrite (mean_ext k _ (fun h => X (skipn j h))).
    - apply IH.
    - intros h. apply (conditional_const (X (skipn j h)) h).
  Qed.

  (** * Martingale differences *)

  (** In each of the first K steps n has conditional mean zero: seen from any vector that is known before the sample
      is drawn. *)
  Variable K : nat.
  Definition martingale_difference {H : space} (n : history -> H) : Prop :=
    forall h (w : H), reachable h -> (length h < K)%nat -> conditional (fun h => inner (n h) w) h = 0.

  Lemma real_difference (n : history -> real_space) :
    (forall h, reachable h -> (length h < K)%nat -> conditional n h = 0) -> martingale_difference n.
  Proof.
    intros D h w R L. rewrite <- (Rmult_0_r w), <- (D h R L). unfold conditional. rewrite <- apply_scal.
    apply apply_ext. intros. simpl. ring.
  Qed.

  (** Coordinate by coordinate is enough. *)
  Lemma lift_difference {T} (E : functional T) H (n : history -> lift E H) :
    (forall t, support E t -> martingale_difference (fun h => n h t)) -> martingale_difference n.
  Proof.
    intros D h w R L. unfold conditional. simpl (inner _ _). rewrite given_swap.
    apply apply_zero. intros t Ht. now apply (D t Ht).
  Qed.

  Context {H : space}.

  (** A difference is orthogonal to whatever is known before it. *)
  Theorem predictable_orthogonal (n F : history -> H) k :
    martingale_difference n -> (k < K)%nat -> mean (S k) (fun h => inner (F (tl h)) (n h)) = 0.
  Proof.
    intros D Hk. apply (apply_zero (expectation k)). intros h [R E].
    rewrite <- (D h (F h) R ltac:(lia)). apply apply_ext. intros. apply inner_sym.
  Qed.

  (** Differences of distinct times are orthogonal; before the start there are none. *)
  (* Claim: noise.differences *)
  Theorem differences_orthogonal (n : history -> H) i j k :
    martingale_difference n -> (forall w, inner (n []) w = 0) -> (i < j)%nat -> (k <= K)%nat ->
    mean k (fun h => inner (n (skipn i h)) (n (skipn j h))) = 0.
  Proof.
    intros D Z L HK.
    transitivity (mean (k - i) (fun h => inner (n h) (n (skipn (j - i) h)))).
    - rewrite <- mean_skipn. apply mean_ext. intros h. rewrite skipn_skipn. do 4 f_equal. lia.
    - destruct (k - i)%nat as [|m] eqn:E; [apply Z|].
      replace (j - i)%nat with (S (j - i - 1)) by lia.
      rewrite <- (predictable_orthogonal n (fun h => n (skipn (j - i - 1) h)) m D ltac:(lia)).
      apply mean_ext. intros [|x h]; simpl; [now rewrite skipn_nil, !Z|]. apply inner_sym.
  Qed.
End expectation.
