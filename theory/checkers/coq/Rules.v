(** What the rules of the theory's kernel say, of the averages and random sequences of this library: averages, the tower
    property, delays, telescoping sums, and vectors that are cut in two ways.  The lemmas written from claims rest on
    it. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows.
Local Open Scope R_scope.

(* averages *)
Lemma average_line {T} (E : functional T) c f g x y :
  E f = x -> E g = y -> E (fun t => c * f t + g t) = c * x + y.
Proof. intros <- <-. rewrite <- apply_scal. apply (apply_plus E (fun t => c * f t)). Qed.
Lemma average_none {T} (E : functional T) : E (fun _ => 0) = 0.
Proof. apply apply_zero. reflexivity. Qed.
Lemma average_le {T} (E : functional T) f x : E f = x -> (forall t, support E t -> 0 <= f t) -> 0 <= x.
Proof. intros <-. apply apply_nonneg. Qed.
Lemma average_eq {T} (E : functional T) f x : E f = x -> (forall t, support E t -> 0 = f t) -> 0 = x.
Proof. intros <- L. symmetry. apply apply_zero. intros. symmetry. auto. Qed.
Definition both {S T} (E : functional S) (C : functional T) : functional (S * T).
Proof.
  refine (Functional (S * T) (fun f => E (fun s => C (fun t => f (s, t))))
    (fun p => support E (fst p) /\ support C (snd p)) _ _ _).
  - intros f g. rewrite <- apply_plus. apply apply_ext. intros. apply apply_plus.
  - intros c f. rewrite <- apply_scal. apply apply_ext. intros. apply apply_scal.
  - intros f g L. apply apply_le. intros s Hs. apply apply_le. intros t Ht. apply L. now split.
Defined.
Lemma scaled_difference c a b : c <> 0 -> c * (/ c * a - / c * b) = a + (-1) * b.
Proof. intros. field. assumption. Qed.

(* random sequences: delays, when a member is known, martingale differences *)
Section sequences.
  Variables (P : sampler) (K : nat) (H : space).
  Definition delayed (j : nat) (X : history -> H) : process P K H :=
    fun h => match skipn j h with nil => zero | x :: l => X (x :: l) end.
  (* the member after the history h depends on the length of h and on its samples without the last j *)
  Definition known (j : nat) (X : history -> H) : Prop :=
    exists Y : nat -> history -> H, forall h, taken P K h -> X h = Y (length h) (skipn j h).
  Definition differences (n : history -> H) : Prop :=
    forall h (w : H), reachable P h -> (length h < K)%nat -> conditional P (fun h => inner (n h) w) h = 0.
  (* orthogonal to every sequence that depends on the samples without the last j + 1 *)
  Definition centred (j : nat) (X : process P K H) : Prop :=
    forall Y : nat -> history -> H, inner X ((fun h => Y (length h) (skipn (S j) h)) : process P K H) = 0.

  Lemma average_taken f g : (forall h, taken P K h -> f h = g h) -> average P K f = average P K g.
  Proof. intros L. now apply (apply_ext (average P K)). Qed.

  Lemma tower j i X Z : centred j X -> known i Z -> (j < i)%nat -> inner X (Z : process P K H) = 0.
  Proof.
    intros C [Y E] L. rewrite <- (C (fun m h => Y m (skipn (i - S j) h))).
    apply average_taken. intros h Hh. rewrite (E h Hh), skipn_skipn.
    replace (S j + (i - S j))%nat with i by lia. reflexivity.
  Qed.

  Lemma centred_later i j X : centred i X -> (i <= j)%nat -> centred j X.
  Proof. intros C L Y. apply (tower i (S j)); [exact C| |lia]. now exists Y. Qed.

  Lemma centred_same j (X Z : process P K H) : (forall h, taken P K h -> X h = Z h) -> centred j Z -> centred j X.
  Proof. intros E C Y. rewrite <- (C Y). apply average_taken. intros h T. now rewrite (E h T). Qed.

  Lemma mean_same k f g : (forall h, reachable P h -> length h = k -> f h = g h) -> mean P k f = mean P k g.
  Proof. intros L. apply Rle_antisym; apply mean_le; intros h [R E]; rewrite L by auto; lra. Qed.

  Lemma centred_delayed j (n : history -> H) : differences n -> centred j (delayed j n).
  Proof.
    intros D Y. simpl (inner _ _). rewrite sum_zero; [ring|]. intros k Hk.
    change (mean P (S k) (fun h => inner (delayed j n h) (Y (length h) (skipn (S j) h))) = 0).
    set (f := fun h => inner (match h with nil => zero | x :: l => n (x :: l) end) (Y (S k) (tl h))).
    rewrite (mean_same (S k) _ (fun h => f (skipn j h))).
    - rewrite mean_skipn. destruct (S k - j)%nat as [|m] eqn:E; [simpl; apply inner_zero|].
      apply (apply_zero (expectation P m)). intros h [R L].
      rewrite <- (D h (Y (S k) h) R ltac:(lia)). reflexivity.
    - intros h _ L. unfold f, delayed. rewrite L. replace (skipn (S j) h) with (tl (skipn j h)); [reflexivity|].
      clear. revert h. induction j as [|j IH]; intros [|x h]; try reflexivity. simpl skipn at 1. now rewrite IH.
  Qed.

  Lemma centred_now (n : history -> H) : differences n -> centred 0 n.
  Proof.
    intros D Y. rewrite <- (centred_delayed 0 n D Y). apply average_taken.
    intros [|x h] [_ T]; [simpl in T; lia | reflexivity].
  Qed.

  Lemma reachable_skipn i h : reachable P h -> reachable P (skipn i h).
  Proof. revert h. induction i as [|i IH]; intros [|x h]; simpl; auto. intros (_ & _ & R). now apply IH. Qed.

  Lemma known_now (X : history -> H) : known 0 X.
  Proof. now exists (fun _ => X). Qed.

  Lemma known_same j (X Z : history -> H) : (forall h, taken P K h -> X h = Z h) -> known j Z -> known j X.
  Proof. intros E [Y L]. exists Y. intros h T. rewrite (E h T). auto. Qed.

  Lemma known_line j a (X Z : process P K H) : known j X -> known j Z -> known j (plus (scal a X) Z).
  Proof.
    intros [X' A] [Z' B]. exists (fun k l => plus (scal a (X' k l)) (Z' k l)). intros h T.
    change (plus (scal a (X h)) (Z h) = plus (scal a (X' (length h) (skipn j h))) (Z' (length h) (skipn j h))).
    now rewrite (A h T), (B h T).
  Qed.

  Lemma known_zero j : known j (zero : process P K H).
  Proof. now exists (fun _ _ => zero). Qed.

  Lemma known_delayed i j (X : history -> H) : known i X -> known (j + i) (delayed j X).
  Proof.
    intros [Y E].
    exists (fun k l => if (k <=? j)%nat then zero else Y (k - j)%nat l). intros h [R T]. unfold delayed.
    assert (L : length (skipn j h) = (length h - j)%nat) by apply skipn_length.
    rewrite <- skipn_skipn. destruct (skipn j h) as [|x l] eqn:S.
    - simpl in L. destruct (length h <=? j)%nat eqn:C; [reflexivity|]. apply Nat.leb_gt in C. lia.
    - simpl length in L. destruct (length h <=? j)%nat eqn:C; [apply Nat.leb_le in C; lia|].
      rewrite <- L. change (Datatypes.S (length l)) with (length (x :: l)). apply E.
      rewrite <- S. split; [now apply reachable_skipn|]. rewrite S. apply Nat.leb_gt in C. simpl length. lia.
  Qed.

  Lemma shift_down j (X Z : process P K H) : (forall h, taken P K h -> Z h = delayed j X h) -> inner Z Z <= inner X X.
  Proof.
    intros D. set (X0 := (fun h => match h with nil => zero | x :: l => X (x :: l) end) : process P K H).
    replace (inner X X) with (inner X0 X0).
    2:{ apply average_taken. intros [|x h] [_ T]; [simpl in T; lia | reflexivity]. }
    replace (inner Z Z) with (inner (Windows.shift P K j X0) (Windows.shift P K j X0)).
    2:{ apply average_taken. intros h T. now rewrite (D h T). }
    rewrite <- !norm_sq. apply pow_incr. split; [apply norm_nonneg | apply norm_shift, inner_zero].
  Qed.

  (* values f along a path: now and next are f before and after each step *)
  Definition path (now next : history -> R) (first last mean_now mean_next count : R) : Prop :=
    exists f : history -> R, (forall h, taken P K h -> now h = f (tl h)) /\ (forall h, taken P K h -> next h = f h) /\
      first = f nil /\ last = mean P K f /\ mean_now = average P K now /\ mean_next = average P K next /\ count = INR K.

  Lemma path_now a b c d m1 m2 k : path a b c d m1 m2 k -> average P K (fun h => a h) = m1.
  Proof. intros (f & _ & _ & _ & _ & -> & _). reflexivity. Qed.
  Lemma path_next a b c d m1 m2 k : path a b c d m1 m2 k -> average P K (fun h => b h) = m2.
  Proof. intros (f & _ & _ & _ & _ & _ & -> & _). reflexivity. Qed.

  Lemma path_telescopes a b c d m1 m2 k : path a b c d m1 m2 k -> k * (m2 - m1) = d - c.
  Proof.
    intros (f & A & B & -> & -> & -> & -> & ->).
    rewrite (average_taken a (fun h => f (tl h))), (average_taken b f) by auto.
    rewrite average_before. pose proof (sum_telescope K (fun k => mean P k f)) as T.
    rewrite (sum_ext _ _ (fun k => mean P (S k) f + (-1) * mean P k f)) in T by (intros; ring).
    rewrite sum_plus, sum_scal in T. change (mean P 0 f) with (f nil) in T. rewrite <- T. clear T.
    destruct (Nat.eq_dec K 0) as [Z | Z]; [rewrite Z; simpl; ring|].
    apply not_0_INR in Z. apply (scaled_difference (INR K)), Z.
  Qed.
End sequences.

(* A vector whose elements are indexed by (stage, element of the stage) is as long as the parts of its stages together:
   what a lemma supposes of a vector that is cut both into elements and into stages is true of it. *)
Lemma mean_exchange (P : sampler) {T} (E : functional T) k : forall X : history -> T -> R,
  mean P k (fun h => E (X h)) = E (fun t => mean P k (fun h => X h t)).
Proof.
  induction k as [|k IH]; intros X; [reflexivity|].
  change (mean P k (conditional P (fun h => E (X h))) = E (fun t => mean P k (conditional P (fun h => X h t)))).
  transitivity (mean P k (fun h => E (fun t => conditional P (fun h => X h t) h))).
  - apply mean_ext. intros h. apply (given_swap P E h (fun i => X (i :: h)%list)).
  - apply (IH (fun h t => conditional P (fun h => X h t) h)).
Qed.
Lemma average_exchange (P : sampler) (K : nat) {T} (E : functional T) (X : history -> T -> R) :
  average P K (fun h => E (X h)) = E (fun t => average P K (fun h => X h t)).
Proof.
  change (/ INR K * sum K (fun k => mean P (S k) (fun h => E (X h)))
    = E (fun t => / INR K * sum K (fun k => mean P (S k) (fun h => X h t)))).
  rewrite apply_scal, apply_sum. f_equal. apply sum_ext. intros. apply mean_exchange.
Qed.
Lemma parts_together (P : sampler) (K : nat) {S T} (E : functional S) (C : functional T)
  (b : process P K (lift (both E C) (fun _ => real_space))) :
  let parts := (fun s h t => b h (s, t)) : lift E (fun _ => process P K (lift C (fun _ => real_space))) in
  inner parts parts = inner b b.
Proof.
  symmetry. apply (average_exchange P K E (fun h s => C (fun t => b h (s, t) * b h (s, t)))).
Qed.
