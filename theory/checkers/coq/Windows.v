(** Random sequences and their delay windows.

    [process K H] is the Hilbert space of docs/theory.md#space: random sequences X_0..X_{K-1} with values in H and
    |X|^2 = (1/K) sum_k E |X_k|^2.  X_k may look at the sample drawn in step k, so it is a function of histories
    of length k + 1, and at the empty history it is zero.  The window of the last d terms costs a factor d if the
    terms are coherent and sqrt d if they are martingale differences. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation.
Import ListNotations.
Local Open Scope R_scope.

Section processes.
  Variable P : sampler.
  Variable K : nat.

  (** Steps that are taken: the history after the step. *)
  Definition taken (h : history) : Prop := reachable P h /\ (1 <= length h <= K)%nat.

  (** Average over time of the expectation. *)
  Definition average : functional history.
  Proof.
    refine (Functional history (fun X => / INR K * sum K (fun k => mean P (S k) X)) taken _ _ _).
    - intros X Y. rewrite <- Rmult_plus_distr_l, <- sum_plus. f_equal. apply sum_ext. intros. apply mean_plus.
    - intros c X. rewrite (sum_ext _ _ (fun k => c * mean P (S k) X)) by (intros; apply mean_scal).
      rewrite sum_scal. ring.
    - intros X Y L. apply Rmult_le_compat_l.
      + destruct K; [simpl; rewrite Rinv_0; lra|]. left. apply Rinv_0_lt_compat, lt_0_INR. lia.
      + apply sum_le. intros k Hk. apply mean_le. intros h [R E]. apply L. split; [exact R|]. lia.
  Defined.

  Definition process (H : space) : space := lift average (fun _ => H).

  Lemma average_const c : (0 < K)%nat -> average (fun _ => c) = c.
  Proof.
    intros HK. simpl. rewrite (sum_ext _ _ (fun _ => c)) by (intros; apply (mean_const P (S i))).
    rewrite sum_const. field. apply not_0_INR. lia.
  Qed.

  (** A predictable quantity, counted at the history before the step. *)
  Lemma average_before X : average (fun h => X (tl h)) = / INR K * sum K (fun k => mean P k X).
  Proof.
    simpl. f_equal. apply sum_ext. intros k _. apply mean_ext. intros h. apply (conditional_const P (X h)).
  Qed.

  Context {H : space}.
  Implicit Types X n : process H.

  Definition shift (j : nat) X : process H := fun h => X (skipn j h).

  (** The sum of the last d terms. *)
  Definition window (d : nat) X : process H := vsum d (fun j => shift (S j) X).

  Lemma sum_delayed N j a :
    (forall i, 0 <= a i) -> a 0%nat = 0 -> sum N (fun k => a (S k - j)%nat) <= sum N (fun k => a (S k)).
  Proof.
    intros Pos Z. induction j as [|j IH]; [simpl; lra|].
    apply Rle_trans with (2 := IH).
    pose proof (sum_telescope N (fun k => a (k - j)%nat)) as T.
    rewrite (sum_ext _ _ (fun k => a (S k - j)%nat + (-1) * a (S k - S j)%nat)) in T by (intros; simpl; ring).
    rewrite sum_plus, sum_scal in T. simpl (0 - j)%nat in T. rewrite Z in T.
    pose proof (Pos (N - j)%nat). lra.
  Qed.

  (** Shifts do not lengthen: time before the start counts nothing. *)
  Lemma norm_shift X j : inner (X []) (X []) = 0 -> norm (shift j X) <= norm X.
  Proof.
    intros Z. apply sqrt_le_1_alt. simpl (inner _ _). apply Rmult_le_compat_l.
    { destruct K; [simpl; rewrite Rinv_0; lra|]. left. apply Rinv_0_lt_compat, lt_0_INR. lia. }
    rewrite (sum_ext _ _ (fun k => mean P (S k - j) (fun h => inner (X h) (X h))))
      by (intros; apply (mean_skipn P (S i) j (fun h => inner (X h) (X h)))).
    apply (sum_delayed K j (fun k => mean P k (fun h => inner (X h) (X h)))); [|exact Z].
    intros k. apply (apply_nonneg (expectation P k)). intros. apply inner_pos.
  Qed.

  (* Claim: window.coherent *)
  Theorem window_coherent X d : inner (X []) (X []) = 0 -> norm (window d X) <= INR d * norm X.
  Proof.
    intros Z. apply Rle_trans with (1 := norm_vsum _ _). rewrite <- sum_const.
    apply sum_le. intros. now apply norm_shift.
  Qed.

  (* Claim: window.martingale *)
  Theorem window_martingale n d :
    martingale_difference P K n -> (forall w, inner (n []) w = 0) -> norm (window d n) <= sqrt (INR d) * norm n.
  Proof.
    intros D Z. apply norm_le; [apply Rmult_le_pos; [apply sqrt_pos | apply norm_nonneg]|].
    rewrite Rpow_mult_distr, pow2_sqrt by apply pos_INR.
    unfold window. rewrite pythagoras.
    - rewrite <- sum_const. apply sum_le. intros i _. rewrite <- norm_sq.
      apply pow_incr. split; [apply norm_nonneg | now apply norm_shift].
    - intros i j Lij. simpl (inner _ _). rewrite sum_zero; [ring|]. intros k Hk.
      apply (differences_orthogonal P K n (S i) (S j) (S k) D Z); lia.
  Qed.

  (** Both at once. *)
  (* Claim: window.displacement *)
  Theorem window_displacement X n d :
    inner (X []) (X []) = 0 -> martingale_difference P K n -> (forall w, inner (n []) w = 0) ->
    norm (plus (window d X) (window d n)) <= INR d * norm X + sqrt (INR d) * norm n.
  Proof.
    intros Z D Zn. apply Rle_trans with (1 := minkowski _ _), Rplus_le_compat;
      [now apply window_coherent | now apply window_martingale].
  Qed.

  (** A difference is orthogonal, on average over time too, to whatever is known before it. *)
  Lemma average_predictable_orthogonal n (F : history -> H) :
    martingale_difference P K n -> average (fun h => inner (F (tl h)) (n h)) = 0.
  Proof. intros D. simpl. rewrite sum_zero; [ring|]. intros. now apply (predictable_orthogonal P K). Qed.
End processes.
