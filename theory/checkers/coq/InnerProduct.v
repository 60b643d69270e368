(** Real inner-product spaces: Cauchy-Schwarz, Minkowski, Young, Pythagoras; and the spaces we work in.

    No vector is ever claimed equal to another: a space is what its inner product sees of it, so only
    bilinearity, symmetry and positivity are asked for.  [lift] makes a space of functions out of a positive
    linear functional and a space: R^n, L2 of a finite probability space with values in R^n, and time averages
    of such are all instances. *)

From Coq Require Import Reals Lra Lia.
From Analog Require Import Sums.
Local Open Scope R_scope.

Record space := Space {
  vector :> Type;
  zero : vector;
  plus : vector -> vector -> vector;
  scal : R -> vector -> vector;
  inner : vector -> vector -> R;
  inner_sym : forall u v, inner u v = inner v u;
  inner_zero : forall w, inner zero w = 0;
  inner_plus : forall u v w, inner (plus u v) w = inner u w + inner v w;
  inner_scal : forall c u w, inner (scal c u) w = c * inner u w;
  inner_pos : forall u, 0 <= inner u u
}.
Arguments zero {_}.
Arguments plus {_} _ _.
Arguments scal {_} _ _.
Arguments inner {_} _ _.
Arguments inner_sym {_} _ _.
Arguments inner_zero {_} _.
Arguments inner_plus {_} _ _ _.
Arguments inner_scal {_} _ _ _.
Arguments inner_pos {_} _.

Definition norm {H : space} (u : H) : R := sqrt (inner u u).

Section geometry.
  Context {H : space}.
  Implicit Types u v w : H.

  Lemma inner_zero_r u : inner u zero = 0.
  Proof. rewrite inner_sym. apply inner_zero. Qed.

  Lemma inner_plus_r u v w : inner w (plus u v) = inner w u + inner w v.
  Proof. rewrite !(inner_sym w). apply inner_plus. Qed.

  Lemma inner_scal_r c u w : inner w (scal c u) = c * inner w u.
  Proof. rewrite !(inner_sym w). apply inner_scal. Qed.

  Lemma norm_nonneg u : 0 <= norm u.
  Proof. apply sqrt_pos. Qed.

  Lemma norm_sq u : norm u ^ 2 = inner u u.
  Proof. apply pow2_sqrt, inner_pos. Qed.

  Lemma norm_le u c : 0 <= c -> inner u u <= c ^ 2 -> norm u <= c.
  Proof. intros Hc Hu. rewrite <- (sqrt_pow2 c Hc). now apply sqrt_le_1_alt. Qed.

  Lemma norm_scal c u : norm (scal c u) = Rabs c * norm u.
  Proof.
    unfold norm. rewrite inner_scal, inner_scal_r, <- Rmult_assoc, sqrt_mult_alt by apply Rle_0_sqr.
    f_equal. apply sqrt_Rsqr_abs.
  Qed.

  (** |u + t v|^2, the one expansion everything rests on. *)
  Lemma inner_line u v t :
    inner (plus u (scal t v)) (plus u (scal t v)) = inner u u + 2 * t * inner u v + t ^ 2 * inner v v.
  Proof. rewrite !inner_plus, !inner_plus_r, !inner_scal, !inner_scal_r, (inner_sym v u). ring. Qed.

  (* Claim: hilbert.cauchy_schwarz *)
  Lemma cauchy_schwarz_sq u v : inner u v ^ 2 <= inner u u * inner v v.
  Proof.
    assert (L : forall t, 0 <= inner u u + 2 * t * inner u v + t ^ 2 * inner v v)
      by (intros t; rewrite <- inner_line; apply inner_pos).
    destruct (Rle_lt_or_eq_dec 0 (inner v v) (inner_pos v)) as [P|P].
    - specialize (L (- inner u v / inner v v)).
      replace (inner u u + _ + _) with ((inner u u * inner v v - inner u v ^ 2) / inner v v) in L by (field; lra).
      apply Rmult_le_compat_r with (r := inner v v) in L; [|lra].
      unfold Rdiv in L. rewrite Rmult_assoc, Rinv_l in L; lra.
    - (* |v| = 0: a line that stays nonnegative is level *)
      rewrite <- P in *.
      destruct (Req_dec (inner u v) 0) as [Z|Z]; [rewrite Z; lra|].
      specialize (L (- (inner u u + 1) / (2 * inner u v))).
      replace (inner u u + _ + _) with (-1) in L by (field; exact Z). lra.
  Qed.

  Lemma cauchy_schwarz_abs u v : Rabs (inner u v) <= norm u * norm v.
  Proof.
    unfold norm. rewrite <- sqrt_mult by apply inner_pos.
    rewrite <- sqrt_Rsqr_abs, Rsqr_pow2. apply sqrt_le_1_alt, cauchy_schwarz_sq.
  Qed.

  Lemma cauchy_schwarz u v : inner u v <= norm u * norm v.
  Proof. apply Rle_trans with (2 := cauchy_schwarz_abs u v), Rle_abs. Qed.

  (* Claim: hilbert.minkowski *)
  Lemma minkowski u v : norm (plus u v) <= norm u + norm v.
  Proof.
    pose proof (norm_nonneg u). pose proof (norm_nonneg v). pose proof (cauchy_schwarz u v).
    apply norm_le; [lra|].
    rewrite inner_plus, !inner_plus_r, (inner_sym v u), <- !norm_sq. lra.
  Qed.

  (* Claim: hilbert.product *)
  Lemma inner_le_product u v s t : norm u <= s -> norm v <= t -> inner u v <= s * t.
  Proof.
    intros Hu Hv. apply Rle_trans with (1 := cauchy_schwarz u v).
    apply Rmult_le_compat; auto using norm_nonneg.
  Qed.

  (** A vector at most 1 long sees at most the length of another. *)
  (* Claim: hilbert.component *)
  Lemma component_le u v : norm u <= 1 -> inner u v ^ 2 <= norm v ^ 2.
  Proof.
    intros Hu. apply Rle_trans with (1 := cauchy_schwarz_sq u v). rewrite <- !norm_sq.
    pose proof (pow_incr (norm u) 1 2 (conj (norm_nonneg u) Hu)). pose proof (pow2_ge_0 (norm v)).
    rewrite <- (Rmult_1_l (norm v ^ 2)) at 2. apply Rmult_le_compat_r; lra.
  Qed.

  Lemma norm_null u : inner u u = 0 -> norm u = 0.
  Proof. intros E. unfold norm. rewrite E. apply sqrt_0. Qed.

  Lemma norm_zero : norm (@zero H) = 0.
  Proof. apply norm_null, inner_zero. Qed.

  Lemma young u v t : 0 < t -> 2 * inner u v <= t * inner u u + inner v v / t.
  Proof.
    intros Ht. pose proof (inner_pos (plus u (scal (- / t) v))) as P. rewrite inner_line in P.
    apply Rmult_le_compat_l with (r := t) in P; [|lra].
    replace (t * (inner u u + _ + _)) with (t * inner u u - 2 * inner u v + inner v v / t) in P by (field; lra).
    lra.
  Qed.

  (** * Sums of vectors *)

  Fixpoint vsum (n : nat) (f : nat -> H) : H :=
    match n with
    | O => zero
    | S m => plus (vsum m f) (f m)
    end.

  Lemma inner_vsum n f w : inner (vsum n f) w = sum n (fun i => inner (f i) w).
  Proof. induction n as [|n IH]; simpl; [apply inner_zero|]. now rewrite inner_plus, IH. Qed.

  Lemma norm_vsum n f : norm (vsum n f) <= sum n (fun i => norm (f i)).
  Proof.
    induction n as [|n IH]; simpl; [rewrite norm_zero; lra|].
    apply Rle_trans with (1 := minkowski _ _). lra.
  Qed.

  Lemma pythagoras n f :
    (forall i j, (i < j < n)%nat -> inner (f i) (f j) = 0) ->
    inner (vsum n f) (vsum n f) = sum n (fun i => inner (f i) (f i)).
  Proof.
    induction n as [|n IH]; intros D; simpl; [apply inner_zero|].
    rewrite inner_plus, !inner_plus_r, (inner_sym (f n)), IH by (intros; apply D; lia).
    rewrite inner_vsum, (sum_zero n (fun i => inner (f i) (f n))) by (intros; apply D; lia). ring.
  Qed.
End geometry.

(** * Instances *)

Definition real_space : space.
Proof.
  refine (Space R 0 Rplus Rmult Rmult _ _ _ _ _); intros; try ring. apply Rle_0_sqr.
Defined.

(** Functions on the domain of a positive linear functional E, with <X, Y> = E <X(t), Y(t)>. *)
Definition lift {T : Type} (E : functional T) (H : T -> space) : space.
Proof.
  refine (Space (forall t, H t) (fun t => zero) (fun X Y t => plus (X t) (Y t)) (fun c X t => scal c (X t))
    (fun X Y => E (fun t => inner (X t) (Y t))) _ _ _ _ _).
  - intros. apply apply_ext. intros. apply inner_sym.
  - intros. apply apply_zero. intros. apply inner_zero.
  - intros. rewrite <- apply_plus. apply apply_ext. intros. apply inner_plus.
  - intros. rewrite <- apply_scal. apply apply_ext. intros. apply inner_scal.
  - intros. apply apply_nonneg. intros. apply inner_pos.
Defined.

(** R^n. *)
Definition euclid (n : nat) : space := lift (sum_functional n) (fun _ => real_space).

(** The weights of M stages, stage m having [size m] elements. *)
Definition weights (M : nat) (size : nat -> nat) : space := lift (sum_functional M) (fun m => euclid (size m)).

Section lift.
  Context {T : Type} (E : functional T).

  (** Vectors that are pointwise shorter, perhaps in another space, are shorter. *)
  Lemma lift_norm_le H H' (X : lift E H) (Y : lift E H') :
    (forall t, support E t -> inner (X t) (X t) <= inner (Y t) (Y t)) -> norm X <= norm Y.
  Proof. intros L. apply sqrt_le_1_alt, apply_le. exact L. Qed.

  Lemma lift_norm_ext H H' (X : lift E H) (Y : lift E H') :
    (forall t, support E t -> inner (X t) (X t) = inner (Y t) (Y t)) -> norm X = norm Y.
  Proof. intros L. unfold norm. f_equal. apply apply_ext. exact L. Qed.

  (** The pointwise norm has the same norm. *)
  Lemma lift_norm_norm H (X : lift E H) : norm ((fun t => norm (X t)) : lift E (fun _ => real_space)) = norm X.
  Proof.
    apply lift_norm_ext. intros t _.
    change (norm (X t) * norm (X t) = inner (X t) (X t)). rewrite <- norm_sq. ring.
  Qed.
End lift.
