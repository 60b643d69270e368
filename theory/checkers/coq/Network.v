(** Stage constants of a network, by induction on the stages (docs/theory.md#networks).

    Stage m < M maps x_m to x_{m+1} = phi(W_m x_m) elementwise; [back j] is what the backward pass hands to stage
    M - 1 - j, [delta j] that stage's error signal, and the direction of stage m is delta x_m^T.  Forward pass with
    weights U, backward products with weights V, as the asynchronous pipeline has it.  Stages are numbered from 0
    here, and counted from the output in the backward pass. *)

From Coq Require Import Reals Lra Lia.
From Analog Require Import Sums InnerProduct Descent Matrix Stages.
Local Open Scope R_scope.

(** * The network *)

(** The smaller of two bounds, where there is a second one. *)
Definition at_most (c : option R) (b : R) : R := match c with Some c => Rmin c b | None => b end.

Lemma at_most_nonneg c b : (forall a, c = Some a -> 0 <= a) -> 0 <= b -> 0 <= at_most c b.
Proof. intros C B. destruct c as [a|]; simpl; [apply Rmin_glb; auto | exact B]. Qed.

Section network.
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

  (** the activations; [cap m], where there is one, bounds the output of stage m *)
  Hypothesis phi_zero : forall m, phi m 0 = 0.
  Hypothesis phi_lipschitz : forall m a b, Rabs (phi m a - phi m b) <= p0 * Rabs (a - b).
  Hypothesis dphi_bound : forall m a, Rabs (dphi m a) <= p0.
  Hypothesis dphi_lipschitz : forall m a b, Rabs (dphi m a - dphi m b) <= p1 * Rabs (a - b).
  Hypothesis capped : forall m c, cap m = Some c ->
    forall z : euclid (width (S m)), norm ((fun i => phi m (z i)) : euclid (width (S m))) <= c.

  Fixpoint forward_bound (m : nat) : R :=
    match m with
    | O => X
    | S m => at_most (cap m) (p0 * w m * forward_bound m)
    end.

  (** one sample: input, and gradient of the loss at the outputs that the bounds allow *)
  Variable x0 : euclid (width 0).
  Variable loss : euclid (width M) -> euclid (width M).
  Hypothesis input_bound : norm x0 <= X.
  Hypothesis loss_bound : forall y, norm y <= forward_bound M -> norm (loss y) <= l0.
  Hypothesis loss_lipschitz : forall y z, norm y <= forward_bound M -> norm z <= forward_bound M ->
    norm (minus (loss y) (loss z)) <= l1 * norm (minus y z).

  Definition size (m : nat) : nat := width (S m) * width m.
  Let V : space := weights M size.
  Definition of_stage (U : V) (m : nat) : nat -> nat -> R := matrix (width m) (U m).

  (** * The two passes *)

  Fixpoint act (U : V) (m : nat) : nat -> R :=
    match m with
    | O => x0
    | S m => fun i => phi m (apply_rows (width m) (of_stage U m) (act U m) i)
    end.
  Definition pre (U : V) (m : nat) : nat -> R := apply_rows (width m) (of_stage U m) (act U m).

  Definition st (j : nat) : nat := M - 1 - j.
  Fixpoint back (U W : V) (j : nat) : nat -> R :=
    match j with
    | O => loss (act U M)
    | S j => apply_columns (width (S (st j))) (of_stage W (st j)) (fun i => dphi (st j) (pre U (st j) i) * back U W j i)
    end.
  Definition delta (U W : V) (j : nat) : nat -> R := fun i => dphi (st j) (pre U (st j) i) * back U W j i.

  (** The direction of stage m: forward weights U, backward weights W. *)
  Definition direction (U W : V) : V := fun m => outer (width m) (delta U W (M - 1 - m)) (act U m).

  (** Weights within the spectral bounds. *)
  Definition bounded (U : V) : Prop :=
    forall m, (m < M)%nat -> spectral (width (S m)) (width m) (of_stage U m) (w m).

  (** They are, if no weight exceeds r and w_m >= r sqrt(size of stage m): the spectral norm is at most Frobenius'. *)
  Theorem saturated_bounded U r :
    0 <= r -> (forall m, (m < M)%nat -> r * sqrt (INR (size m)) <= w m) ->
    (forall m c, (m < M)%nat -> (c < size m)%nat -> Rabs (U m c) <= r) -> bounded U.
  Proof.
    intros Hr Fits Sat m Hm x.
    apply Rle_trans with (1 := rows_le (width (S m)) (width m) (U m : euclid (size m)) x).
    apply Rmult_le_compat_r; [apply norm_nonneg|]. apply Rle_trans with (2 := Fits m Hm).
    apply elements_le; [exact Hr|]. intros c Hc. now apply Sat.
  Qed.

  (** * The recursions *)

  Fixpoint backward_bound (j : nat) : R :=
    match j with
    | O => p0 * l0
    | S j => p0 * w (st j) * backward_bound j
    end.
  Fixpoint e (u : nat -> R) (m : nat) : R :=
    match m with
    | O => 0
    | S m => p0 * (forward_bound m * u m + w m * e u m)
    end.
  Definition zeta (u : nat -> R) (m : nat) : R := forward_bound m * u m + w m * e u m.

  (** [moved] is how far the backward weights have moved: not at all, or as far as the forward ones. *)
  Fixpoint beta (u moved : nat -> R) (j : nat) : R :=
    match j with
    | O => p1 * zeta u (M - 1) * l0 + p0 * l1 * e u M
    | S j => p1 * zeta u (st (S j)) * (w (st j) * backward_bound j)
             + p0 * (w (st j) * beta u moved j + moved (st j) * backward_bound j)
    end.
  Definition deviation (u moved : nat -> R) (m : nat) : R :=
    beta u moved (M - 1 - m) * forward_bound m + backward_bound (M - 1 - m) * e u m.

  Lemma forward_bound_nonneg m : (forall m c, cap m = Some c -> 0 <= c) -> 0 <= forward_bound m.
  Proof.
    intros C. induction m as [|m IH]; simpl; [exact X_nonneg|].
    apply at_most_nonneg; [apply C | repeat apply Rmult_le_pos; auto].
  Qed.

  Lemma backward_bound_nonneg j : 0 <= backward_bound j.
  Proof. induction j as [|j IH]; simpl; repeat apply Rmult_le_pos; auto. Qed.

  Theorem forward_bounded U m : bounded U -> (m <= M)%nat -> norm (act U m : euclid (width m)) <= forward_bound m.
  Proof.
    intros B. induction m as [|m IH]; intros Hm; [exact input_bound|].
    assert (Capped : forall b, norm (act U (S m) : euclid (width (S m))) <= b ->
      norm (act U (S m) : euclid (width (S m))) <= at_most (cap m) b).
    { intros b L. destruct (cap m) as [c|] eqn:E; [|exact L].
      apply Rmin_glb; [exact (capped m c E (pre U m)) | exact L]. }
    apply Capped. rewrite Rmult_assoc.
    apply (forward_stage (sum_functional (width (S m))) p0 (w m) p0_nonneg (w_nonneg m)) with
      (x := act U m : euclid (width m)) (Wx := pre U m); [apply IH; lia | apply B; lia|].
    intros i _. pose proof (phi_lipschitz m (pre U m i) 0) as L. now rewrite phi_zero, !Rminus_0_r in L.
  Qed.

  Definition back_bound (j : nat) : R := match j with O => l0 | S j => w (st j) * backward_bound j end.

  Lemma backward_is_p0_back j : backward_bound j = p0 * back_bound j.
  Proof. destruct j; simpl; ring. Qed.

  Lemma back_bound_nonneg j : 0 <= back_bound j.
  Proof. destruct j; simpl; [exact l0_nonneg|]. apply Rmult_le_pos; [apply w_nonneg | apply backward_bound_nonneg]. Qed.

  Definition rows (j : nat) : nat := width (S (st j)).

  Lemma back_bounded U W j :
    bounded U -> bounded W -> (j < M)%nat -> norm (back U W j : euclid (rows j)) <= back_bound j.
  Proof.
    intros BU B. induction j as [|j IH]; intros Hj.
    - unfold rows, st. replace (S (M - 1 - 0)) with M by lia.
      apply loss_bound, forward_bounded; auto.
    - assert (E : width (st j) = rows (S j)) by (unfold rows, st; f_equal; lia).
      rewrite <- E. apply Rle_trans with (w (st j) * norm (delta U W j : euclid (rows j))).
      + apply (spectral_transposed (rows j) (width (st j)) (of_stage W (st j))); [apply w_nonneg|].
        apply B. unfold st. lia.
      + simpl. apply Rmult_le_compat_l; [apply w_nonneg|]. rewrite backward_is_p0_back.
        apply Rle_trans with (p0 * norm (back U W j : euclid (rows j))).
        * apply elementwise_le; auto.
        * apply Rmult_le_compat_l; [exact p0_nonneg|]. apply IH. lia.
  Qed.

  Theorem backward_bounded U W j :
    bounded U -> bounded W -> (j < M)%nat -> norm (delta U W j : euclid (rows j)) <= backward_bound j.
  Proof.
    intros BU B Hj. rewrite backward_is_p0_back. apply Rle_trans with (p0 * norm (back U W j : euclid (rows j))).
    - apply elementwise_le; auto.
    - apply Rmult_le_compat_l; [exact p0_nonneg|]. now apply back_bounded.
  Qed.

  (** How long a stage's direction can be. *)
  Theorem direction_bounded U W m : bounded U -> bounded W -> (m < M)%nat ->
    norm (direction U W m : euclid (size m)) <= backward_bound (M - 1 - m) * forward_bound m.
  Proof.
    intros BU BW Hm. set (j := (M - 1 - m)%nat).
    assert (Er : rows j = width (S m)) by (unfold rows, st, j; do 2 f_equal; lia).
    pose proof (backward_bounded U W j BU BW ltac:(unfold j; lia)) as Bb. rewrite Er in Bb.
    apply Rle_trans with (1 := outer_norm (width (S m)) (width m) (delta U W j) (act U m)).
    apply Rmult_le_compat; try apply norm_nonneg; [exact Bb|]. apply forward_bounded; [exact BU | lia].
  Qed.

  (** * Staleness: weights U, U' in the forward pass, W, W' in the backward pass *)

  Section two_points.
    Variables U U' W W' : V.
    Variables u moved : nat -> R.
    Hypothesis bU : bounded U.
    Hypothesis bU' : bounded U'.
    Hypothesis bW : bounded W.
    Hypothesis bW' : bounded W'.
    Hypothesis forward_moved : forall m, (m < M)%nat -> norm (minus U U' m : euclid (size m)) <= u m.
    Hypothesis backward_moved : forall m, (m < M)%nat -> norm (minus W W' m : euclid (size m)) <= moved m.

    Lemma pre_stale m :
      (m < M)%nat -> norm (minus (act U m : euclid (width m)) (act U' m)) <= e u m ->
      norm (minus (pre U m : euclid (width (S m))) (pre U' m)) <= zeta u m.
    Proof.
      intros Hm L. unfold zeta.
      apply Rle_trans with
        (norm (apply_rows (width m) (of_stage (minus U U') m) (act U m) : euclid (width (S m)))
         + norm (apply_rows (width m) (of_stage U' m) (minus (act U m : euclid (width m)) (act U' m))
                 : euclid (width (S m)))).
      - apply euclid_split. intros i _. unfold pre, apply_rows.
        change (sum (width m) (fun j => of_stage U m i j * act U m j)
          + -1 * sum (width m) (fun j => of_stage U' m i j * act U' m j)
          = sum (width m) (fun j => (of_stage U m i j + -1 * of_stage U' m i j) * act U m j)
          + sum (width m) (fun j => of_stage U' m i j * (act U m j + -1 * act U' m j))).
        rewrite <- sum_scal, <- !sum_plus. apply sum_ext. intros. ring.
      - apply Rplus_le_compat.
        + apply Rle_trans with (1 := rows_le (width (S m)) (width m) (minus U U' m : euclid (size m)) (act U m)).
          rewrite Rmult_comm. apply Rmult_le_compat; try apply norm_nonneg.
          * apply forward_bounded; [exact bU | lia].
          * exact (forward_moved m Hm).
        + apply Rle_trans with (1 := bU' m Hm _). apply Rmult_le_compat_l; [apply w_nonneg | exact L].
    Qed.

    Theorem forward_stale m : (m <= M)%nat -> norm (minus (act U m : euclid (width m)) (act U' m)) <= e u m.
    Proof.
      induction m as [|m IH]; intros Hm.
      - simpl. apply Req_le, norm_null, sum_zero. intros i _. unfold minus. simpl. ring.
      - simpl e. fold (zeta u m).
        apply Rle_trans with (p0 * norm (minus (pre U m : euclid (width (S m))) (pre U' m))).
        + apply (elements_at_most (sum_functional (width (S m)))); [exact p0_nonneg|]. intros i _.
          pose proof (phi_lipschitz m (pre U m i) (pre U' m i)) as L.
          change (Rabs (phi m (pre U m i) + -1 * phi m (pre U' m i)) <= p0 * Rabs (pre U m i + -1 * pre U' m i)).
          replace (phi m (pre U m i) + -1 * phi m (pre U' m i)) with (phi m (pre U m i) - phi m (pre U' m i)) by ring.
          now replace (pre U m i + -1 * pre U' m i) with (pre U m i - pre U' m i) by ring.
        + apply Rmult_le_compat_l; [exact p0_nonneg|]. apply pre_stale; [lia|]. apply IH. lia.
    Qed.

    (** By induction, through every number of stages. *)
    Theorem through_all_stages m :
      (m <= M)%nat -> norm (act U m : euclid (width m)) <= forward_bound m /\
                      norm (minus (act U m : euclid (width m)) (act U' m)) <= e u m.
    Proof. intros Hm. split; [now apply forward_bounded | now apply forward_stale]. Qed.

    Lemma zeta_bound m : (m < M)%nat -> norm (minus (pre U m : euclid (width (S m))) (pre U' m)) <= zeta u m.
    Proof. intros Hm. apply pre_stale; [exact Hm|]. apply forward_stale. lia. Qed.

    (** The error of a stage's signal, given that of what is handed to it. *)
    Lemma delta_stale j c :
      (j < M)%nat -> norm (minus (back U W j : euclid (rows j)) (back U' W' j)) <= c ->
      norm (minus (delta U W j : euclid (rows j)) (delta U' W' j)) <= p1 * zeta u (st j) * back_bound j + p0 * c.
    Proof.
      intros Hj L. set (m := st j). assert (Hm : (m < M)%nat) by (unfold m, st; lia).
      set (bend := (fun i => back U W j i * (dphi m (pre U m i) - dphi m (pre U' m i))) : euclid (rows j)).
      set (turn := (fun i => dphi m (pre U' m i) * minus (back U W j : euclid (rows j)) (back U' W' j) i)
        : euclid (rows j)).
      rewrite (euclid_ext (rows j) _ (plus bend turn)).
      - replace (p1 * zeta u m * back_bound j) with (p1 * back_bound j * zeta u m) by ring.
        apply (backward_stale_stage (sum_functional (rows j)) p0 p1 p0_nonneg p1_nonneg) with
          (inside := minus (pre U m : euclid (rows j)) (pre U' m))
          (gone := minus (back U W j : euclid (rows j)) (back U' W' j))
          (arriving := back U W j) (slope := fun i => dphi m (pre U m i) - dphi m (pre U' m i)).
        + apply back_bound_nonneg.
        + intros i _. replace (minus (pre U m : euclid (rows j)) (pre U' m) i) with (pre U m i - pre U' m i)
            by (change (pre U m i - pre U' m i = pre U m i + -1 * pre U' m i); ring).
          apply dphi_lipschitz.
        + intros i Hi. apply Rle_trans with (1 := coordinate_le (rows j) (back U W j) i Hi). now apply back_bounded.
        + reflexivity.
        + intros i _. unfold turn. rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos | apply dphi_bound].
        + now apply zeta_bound.
        + exact L.
      - intros i _.
        change (dphi m (pre U m i) * back U W j i + -1 * (dphi m (pre U' m i) * back U' W' j i)
          = back U W j i * (dphi m (pre U m i) - dphi m (pre U' m i))
            + dphi m (pre U' m i) * (back U W j i + -1 * back U' W' j i)). ring.
    Qed.

    (** What is handed on changes with the signal and with the backward weights. *)
    Lemma back_stale j c :
      (S j < M)%nat -> norm (minus (delta U W j : euclid (rows j)) (delta U' W' j)) <= c ->
      norm (minus (back U W (S j) : euclid (rows (S j))) (back U' W' (S j)))
      <= w (st j) * c + moved (st j) * backward_bound j.
    Proof.
      intros Hj L.
      assert (E : width (st j) = rows (S j)) by (unfold rows, st; f_equal; lia). rewrite <- E.
      assert (Hm : (st j < M)%nat) by (unfold st; lia).
      rewrite (euclid_ext (width (st j)) _ (plus
        (apply_columns (rows j) (of_stage W' (st j)) (minus (delta U W j : euclid (rows j)) (delta U' W' j))
         : euclid (width (st j)))
        (apply_columns (rows j) (of_stage (minus W W') (st j)) (delta U W j)))).
      2:{ intros i _. unfold apply_columns.
        change (sum (rows j) (fun k => of_stage W (st j) k i * delta U W j k)
          + -1 * sum (rows j) (fun k => of_stage W' (st j) k i * delta U' W' j k)
          = sum (rows j) (fun k => of_stage W' (st j) k i * (delta U W j k + -1 * delta U' W' j k))
          + sum (rows j) (fun k => (of_stage W (st j) k i + -1 * of_stage W' (st j) k i) * delta U W j k)).
        rewrite <- sum_scal, <- !sum_plus. apply sum_ext. intros. ring. }
      apply handed_on.
      - apply Rle_trans with (w (st j) * norm (minus (delta U W j : euclid (rows j)) (delta U' W' j))).
        + apply (spectral_transposed (rows j) (width (st j))); [apply w_nonneg | now apply bW'].
        + apply Rmult_le_compat_l; [apply w_nonneg | exact L].
      - apply Rle_trans with (1 := columns_le (rows j) (width (st j)) (minus W W' (st j) : euclid (size (st j))) _).
        apply Rmult_le_compat; try apply norm_nonneg.
        + exact (backward_moved (st j) Hm).
        + apply backward_bounded; [exact bU | exact bW | lia].
    Qed.

    Theorem backward_stale j :
      (j < M)%nat -> norm (minus (delta U W j : euclid (rows j)) (delta U' W' j)) <= beta u moved j.
    Proof.
      induction j as [|j IH]; intros Hj.
      - replace (beta u moved 0) with (p1 * zeta u (st 0) * back_bound 0 + p0 * (l1 * e u M))
          by (unfold st; simpl; rewrite Nat.sub_0_r; ring).
        apply delta_stale; [exact Hj|].
        unfold rows, st. replace (S (M - 1 - 0)) with M by lia.
        apply Rle_trans with (l1 * norm (minus (act U M : euclid (width M)) (act U' M))).
        + apply loss_lipschitz; apply forward_bounded; auto.
        + apply Rmult_le_compat_l; [exact l1_nonneg|]. apply forward_stale. lia.
      - simpl beta. fold (back_bound (S j)). apply delta_stale; [exact Hj|].
        apply back_stale; [exact Hj|]. apply IH. lia.
    Qed.

    (** What the direction of a stage can be wrong by. *)
    Theorem direction_stale m :
      (m < M)%nat -> norm (minus (direction U W) (direction U' W') m : euclid (size m)) <= deviation u moved m.
    Proof.
      intros Hm. set (j := (M - 1 - m)%nat).
      assert (Hj : (j < M)%nat) by (unfold j; lia).
      assert (Er : rows j = width (S m)) by (unfold rows, st, j; do 2 f_equal; lia).
      pose proof (backward_stale j Hj) as Bs. pose proof (backward_bounded U' W' j bU' bW' Hj) as Bb. rewrite Er in *.
      rewrite (euclid_ext (size m) _ (plus
        (outer (width m) (minus (delta U W j : euclid (width (S m))) (delta U' W' j)) (act U m) : euclid (size m))
        (outer (width m) (delta U' W' j) (minus (act U m : euclid (width m)) (act U' m))))).
      2:{ intros c _. unfold outer.
        change (delta U W j (c / width m) * act U m (c mod width m)
          + -1 * (delta U' W' j (c / width m) * act U' m (c mod width m))
          = (delta U W j (c / width m) + -1 * delta U' W' j (c / width m)) * act U m (c mod width m)
          + delta U' W' j (c / width m) * (act U m (c mod width m) + -1 * act U' m (c mod width m))). ring. }
      apply (direction_change (H := euclid (size m))) with (dbeta := minus (delta U W j : euclid (width (S m))) (delta
        U' W' j))
        (x := act U m : euclid (width m)) (delta := delta U' W' j : euclid (width (S m)))
        (dx := minus (act U m : euclid (width m)) (act U' m)); try apply (outer_norm (width (S m)) (width m)); auto.
      - apply forward_bounded; [exact bU | lia].
      - apply forward_stale. lia.
    Qed.
  End two_points.
End network.
