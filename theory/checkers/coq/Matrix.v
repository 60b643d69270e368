(** Vectors and matrices: products, transposes, outer products, and the norms that bound them. *)

From Coq Require Import Reals Lra Lia.
From Analog Require Import Sums InnerProduct Batch.
Local Open Scope R_scope.

Lemma euclid_ext n (x y : euclid n) : (forall i, (i < n)%nat -> x i = y i) -> norm x = norm y.
Proof. intros E. apply lift_norm_ext. intros i Hi. now rewrite (E i Hi). Qed.

Lemma euclid_split n (x y z : euclid n) : (forall i, (i < n)%nat -> x i = y i + z i) -> norm x <= norm y + norm z.
Proof. intros E. rewrite (euclid_ext n x (plus y z)) by exact E. apply minkowski. Qed.

Lemma euclid_inner n (x y : euclid n) : inner x y = sum n (fun i => x i * y i).
Proof. reflexivity. Qed.

Lemma euclid_le n m (x : euclid n) (y : euclid m) c :
  0 <= c -> sum n (fun i => x i * x i) <= c ^ 2 * sum m (fun i => y i * y i) -> norm x <= c * norm y.
Proof.
  intros Hc L. apply norm_le; [apply Rmult_le_pos; [exact Hc | apply norm_nonneg]|].
  rewrite Rpow_mult_distr, norm_sq. exact L.
Qed.

(** Elements of size at most b. *)
Lemma elements_le n (x : euclid n) b :
  0 <= b -> (forall i, (i < n)%nat -> Rabs (x i) <= b) -> norm x <= b * sqrt (INR n).
Proof.
  intros Hb B. apply norm_le; [apply Rmult_le_pos; [exact Hb | apply sqrt_pos]|].
  rewrite Rpow_mult_distr, pow2_sqrt, Rmult_comm, <- sum_const, euclid_inner by apply pos_INR.
  apply sum_le. intros i Hi. replace (x i * x i) with (Rabs (x i) ^ 2) by (rewrite pow2_abs; ring).
  apply pow_incr. split; [apply Rabs_pos | now apply B].
Qed.

Definition apply_rows (n : nat) (A : nat -> nat -> R) (x : nat -> R) : nat -> R :=
  fun i => sum n (fun j => A i j * x j).
Definition apply_columns (n : nat) (A : nat -> nat -> R) (y : nat -> R) : nat -> R :=
  fun j => sum n (fun i => A i j * y i).

(** norm2 A <= w for an n x k matrix A. *)
Definition spectral (n k : nat) (A : nat -> nat -> R) (w : R) : Prop :=
  forall x : euclid k, norm (apply_rows k A x : euclid n) <= w * norm x.

(** <y, A x> = <A^T y, x>. *)
Lemma transposed n k A (y : euclid n) (x : euclid k) :
  inner y (apply_rows k A x : euclid n) = inner (apply_columns n A y : euclid k) x.
Proof.
  rewrite !euclid_inner. unfold apply_rows, apply_columns.
  transitivity (sum n (fun i => sum k (fun j => A i j * y i * x j))).
  - apply sum_ext. intros i _. rewrite <- sum_scal. apply sum_ext. intros. ring.
  - rewrite sum_swap. apply sum_ext. intros j _. rewrite Rmult_comm, <- sum_scal. apply sum_ext. intros. ring.
Qed.

(** The transposed matrix has the same bound. *)
Lemma spectral_transposed n k A w (y : euclid n) :
  0 <= w -> spectral n k A w -> norm (apply_columns n A y : euclid k) <= w * norm y.
Proof.
  intros Hw Sp. set (x := apply_columns n A y : euclid k).
  assert (Sq : norm x ^ 2 <= w * norm y * norm x).
  { replace (norm x ^ 2) with (inner y (apply_rows k A x : euclid n)).
    - apply Rle_trans with (1 := cauchy_schwarz _ _). rewrite (Rmult_comm w), Rmult_assoc.
      apply Rmult_le_compat_l; [apply norm_nonneg | apply Sp].
    - rewrite transposed. symmetry. apply norm_sq. }
  pose proof (norm_nonneg x). pose proof (Rmult_le_pos w (norm y) Hw (norm_nonneg y)).
  destruct (Req_dec (norm x) 0) as [Z|Z]; [lra|].
  apply Rmult_le_reg_r with (norm x); lra.
Qed.

(** A matrix stored row after row; as a vector it has the Frobenius norm, which bounds its action. *)
Definition matrix (k : nat) (a : nat -> R) : nat -> nat -> R := fun i j => a (i * k + j)%nat.

Lemma sum_minus n f g : sum n f - sum n g = sum n (fun i => f i - g i).
Proof. induction n as [|n IH]; simpl; [ring|]. rewrite <- IH. ring. Qed.

Lemma sum_scal_r n c f : sum n (fun i => f i * c) = sum n f * c.
Proof. rewrite Rmult_comm, <- sum_scal. apply sum_ext. intros. ring. Qed.

Lemma frobenius n k (a : euclid (n * k)) :
  norm a ^ 2 = sum n (fun i => sum k (fun j => matrix k a i j * matrix k a i j)).
Proof. rewrite norm_sq, euclid_inner, sum_mul. reflexivity. Qed.

Lemma rows_le n k (a : euclid (n * k)) (x : euclid k) :
  norm (apply_rows k (matrix k a) x : euclid n) <= norm a * norm x.
Proof.
  apply euclid_le; [apply norm_nonneg|]. rewrite frobenius, <- sum_scal_r.
  apply sum_le. intros i _. unfold apply_rows.
  pose proof (cauchy_schwarz_sq (matrix k a i : euclid k) x) as CS. rewrite !euclid_inner in CS. lra.
Qed.

Lemma columns_le n k (a : euclid (n * k)) (y : euclid n) :
  norm (apply_columns n (matrix k a) y : euclid k) <= norm a * norm y.
Proof.
  apply euclid_le; [apply norm_nonneg|]. rewrite frobenius, sum_swap, <- sum_scal_r.
  apply sum_le. intros j _. unfold apply_columns.
  pose proof (cauchy_schwarz_sq ((fun i => matrix k a i j) : euclid n) y) as CS. rewrite !euclid_inner in CS. lra.
Qed.

Lemma coordinate_le n (z : euclid n) i : (i < n)%nat -> Rabs (z i) <= norm z.
Proof.
  intros Hi. rewrite <- sqrt_Rsqr_abs. apply sqrt_le_1_alt. rewrite euclid_inner. unfold Rsqr.
  induction n as [|n IH]; [lia|]. simpl.
  assert (Q : 0 <= sum n (fun i => z i * z i)) by (apply sum_nonneg; intros; apply Rle_0_sqr).
  destruct (Nat.eq_dec i n) as [->|E]; [lra|].
  specialize (IH z ltac:(lia)). pose proof (Rle_0_sqr (z n)). unfold Rsqr in *. lra.
Qed.

Lemma elementwise_le n (a : nat -> R) (t : euclid n) c :
  0 <= c -> (forall i, (i < n)%nat -> Rabs (a i) <= c) -> norm ((fun i => a i * t i) : euclid n) <= c * norm t.
Proof.
  intros Hc B. apply euclid_le; [exact Hc|]. rewrite <- sum_scal. apply sum_le. intros i Hi.
  replace (a i * t i * (a i * t i)) with (Rabs (a i) ^ 2 * (t i * t i)) by (rewrite pow2_abs; ring).
  apply Rmult_le_compat_r; [apply Rle_0_sqr|]. apply pow_incr. split; [apply Rabs_pos | now apply B].
Qed.

(** delta x^T, stored row after row. *)
Definition outer (k : nat) (y x : nat -> R) : nat -> R := fun c => y (c / k)%nat * x (c mod k)%nat.

Lemma outer_norm n k (y : euclid n) (x : euclid k) : norm (outer k y x : euclid (n * k)) <= norm y * norm x.
Proof.
  apply euclid_le; [apply norm_nonneg|]. rewrite sum_mul, norm_sq, euclid_inner, <- sum_scal_r.
  apply sum_le. intros i _. rewrite <- sum_scal. apply sum_le. intros j Hj. unfold outer.
  rewrite Nat.div_add_l, (Nat.div_small j), Nat.add_0_r by lia.
  rewrite Nat.add_comm, Nat.mod_add, Nat.mod_small by lia. apply Req_le. ring.
Qed.

(** <y x^T, A> = <y, A x>. *)
Lemma inner_outer n k (y x : nat -> R) (a : euclid (n * k)) :
  inner (outer k y x : euclid (n * k)) a = inner (y : euclid n) (apply_rows k (matrix k a) x).
Proof.
  rewrite !euclid_inner, sum_mul. apply sum_ext. intros i _. unfold apply_rows. rewrite <- sum_scal.
  apply sum_ext. intros j Hj. unfold outer, matrix.
  rewrite Nat.div_add_l, (Nat.div_small j), Nat.add_0_r by lia.
  rewrite (Nat.add_comm (i * k)), Nat.mod_add, Nat.mod_small by lia. ring.
Qed.
