(** Backpropagation gives the gradient.

    Of one sample ([backpropagation]): let U -> ell (act U M) be the loss of an M-stage network's output.  If the
    activations have the derivatives dphi and the loss has the gradient [loss], then along every line U + s A the
    derivative is <direction U U, A>, where [direction U U] is what the two passes of Network.v compute if both read
    the weights U.
    Of N samples with probabilities pr ([mean_gradient]): the mean of the directions is the gradient of the mean loss.

    The proof is the chain rule, by induction on the stages.  Forward: [tangent] is the derivative of a stage's input
    ([act_derivative]).  Backward: <back, tangent> at a stage's output is <back, tangent> at its input plus what the
    stage's own weights contribute, <delta x^T, A> for the line U + s A ([backward_step]); summed over the stages it
    telescopes.

    "The loss has a gradient" says that it obeys the chain rule along every curve with a derivative
    ([differentiable]).  Every Frechet-differentiable loss does ([frechet_differentiable]), and so does every sum of
    differentiable losses of the single outputs ([separable_differentiable]), of which the squared loss is one
    ([squared_differentiable]). *)

From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From Analog Require Import Sums InnerProduct Descent Batch Matrix Network.
Local Open Scope R_scope.

(** * Derivatives of finite sums *)

Lemma derivable_sum n (F : nat -> R -> R) (F' : nat -> R) t :
  (forall j, (j < n)%nat -> derivable_pt_lim (F j) t (F' j)) ->
  derivable_pt_lim (fun s => sum n (fun j => F j s)) t (sum n F').
Proof.
  induction n as [|n IH]; intros D; simpl; [apply derivable_pt_lim_const|].
  apply (derivable_pt_lim_plus (fun s => sum n (fun j => F j s)) (F n)); auto.
Qed.

Lemma derivable_as f t d d' : derivable_pt_lim f t d -> d = d' -> derivable_pt_lim f t d'.
Proof. now intros D <-. Qed.

(** The sum, the last term first. *)
Lemma sum_backwards n f : sum n (fun j => f (n - 1 - j)%nat) = sum n f.
Proof.
  induction n as [|n IH]; [reflexivity|]. rewrite sum_first.
  rewrite (sum_ext n _ (fun j => f (n - 1 - j)%nat)) by (intros; f_equal; lia).
  rewrite IH. simpl. rewrite !Nat.sub_0_r. ring.
Qed.

(** * Losses with a gradient *)

(** Along every curve with a derivative, the derivative of ell is <grad, derivative of the curve>. *)
Definition differentiable (n : nat) (ell : euclid n -> R) (grad : euclid n -> euclid n) : Prop :=
  forall (y : R -> euclid n) (y' : euclid n) (t : R),
    (forall i, (i < n)%nat -> derivable_pt_lim (fun s => y s i) t (y' i)) ->
    derivable_pt_lim (fun s => ell (y s)) t (inner (grad (y t)) y').

(** A sum of losses of the single outputs. *)
Theorem separable_differentiable n (l dl : nat -> R -> R) :
  (forall i z, derivable_pt_lim (l i) z (dl i z)) ->
  differentiable n (fun y => sum n (fun i => l i (y i))) (fun y i => dl i (y i)).
Proof.
  intros D y y' t C. apply (derivable_sum n (fun i s => l i (y s i))). intros i Hi.
  apply (derivable_pt_lim_comp (fun s => y s i) (l i)); auto.
Qed.

(** (1/2) |y - target|^2. *)
Theorem squared_differentiable n (target : euclid n) :
  differentiable n (fun y => sum n (fun i => / 2 * (y i - target i) ^ 2)) (fun y => minus y target).
Proof.
  assert (D : forall i z, derivable_pt_lim (fun z => / 2 * (z - target i) ^ 2) z (z + -1 * target i)).
  { intros i z. apply derivable_as with (/ 2 * (INR 2 * (z - target i) ^ 1 * (1 - 0))).
    - apply (derivable_pt_lim_scal (comp (fun v => v ^ 2) (fun z => z - target i))), derivable_pt_lim_comp.
      + apply (derivable_pt_lim_minus id (fun _ => target i));
          [apply derivable_pt_lim_id | apply derivable_pt_lim_const].
      + apply (derivable_pt_lim_pow (z - target i) 2).
    - simpl. field. }
  exact (separable_differentiable n (fun i z => / 2 * (z - target i) ^ 2) (fun i z => z + -1 * target i) D).
Qed.

(** ell (y + h) = ell y + <grad y, h> + o(|h|). *)
Definition frechet (n : nat) (ell : euclid n -> R) (grad : euclid n -> euclid n) : Prop :=
  forall (y : euclid n) eps, 0 < eps -> exists r, 0 < r /\ forall h : euclid n,
    norm h < r -> Rabs (ell (plus y h) - ell y - inner (grad y) h) <= eps * norm h.

Lemma norm_le_sum n (x : euclid n) : norm x <= sum n (fun i => Rabs (x i)).
Proof.
  assert (P : forall n, 0 <= sum n (fun i => Rabs (x i))) by (intros; apply sum_nonneg; intros; apply Rabs_pos).
  apply norm_le; [apply P|]. rewrite euclid_inner.
  induction n as [|n IH]; simpl; [lra|]. specialize (IH x P). simpl in IH.
  pose proof (Rmult_le_pos _ _ (P n) (Rabs_pos (x n))).
  pose proof (Rsqr_abs (x n)) as Q. unfold Rsqr in Q. rewrite Q. lra.
Qed.

(** Near t a curve with a derivative moves at most C |s|. *)
Lemma curve_moves n (y : R -> euclid n) (y' : euclid n) t :
  (forall i, (i < n)%nat -> derivable_pt_lim (fun s => y s i) t (y' i)) ->
  exists C r, 0 <= C /\ 0 < r /\ forall s, Rabs s < r -> sum n (fun i => Rabs (y (t + s) i - y t i)) <= C * Rabs s.
Proof.
  induction n as [|n IH]; intros D.
  - exists 0, 1. repeat split; try lra. intros. simpl. lra.
  - destruct (IH y y') as (C & r & HC & Hr & B); [intros; apply D; lia|].
    destruct (D n (Nat.lt_succ_diag_r n) 1 Rlt_0_1) as [q Q].
    exists (C + (Rabs (y' n) + 1)), (Rmin r q). pose proof (Rabs_pos (y' n)). pose proof (cond_pos q).
    split; [lra|]. split; [now apply Rmin_pos|]. intros s Hs. simpl.
    specialize (B s (Rlt_le_trans _ _ _ Hs (Rmin_l _ _))).
    specialize (Q s). pose proof (Rlt_le_trans _ _ _ Hs (Rmin_r _ _)) as Hq.
    rewrite Rmult_plus_distr_r. apply Rplus_le_compat; [exact B|].
    destruct (Req_dec s 0) as [->|N].
    + rewrite Rplus_0_r, Rminus_eq_0, !Rabs_R0. lra.
    + specialize (Q N Hq). set (v := (y (t + s) n - y t n) / s) in *.
      replace (y (t + s) n - y t n) with (v * s) by (unfold v; field; exact N).
      rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|].
      pose proof (Rabs_triang (v - y' n) (y' n)) as T. replace (v - y' n + y' n) with v in T by ring. lra.
Qed.

Theorem frechet_differentiable n ell grad : frechet n ell grad -> differentiable n ell grad.
Proof.
  intros Fr y y' t D.
  (* ell = <grad (y t), .> + rest, and the rest has derivative 0 *)
  set (g := grad (y t)).
  assert (Lin : derivable_pt_lim (fun s => inner g (y s)) t (inner g y')).
  { apply (derivable_sum n (fun i s => g i * y s i)). intros i Hi. apply derivable_pt_lim_scal, D, Hi. }
  assert (Rest : derivable_pt_lim (fun s => ell (y s) - inner g (y s)) t 0).
  { intros eps He. destruct (curve_moves n y y' t D) as (C & r & HC & Hr & B).
    destruct (Fr (y t) (eps / (2 * (C + 1)))) as (q & Hq & Small).
    { apply Rdiv_lt_0_compat; lra. }
    assert (Hr' : 0 < Rmin r (q / (C + 1))) by (apply Rmin_pos; [exact Hr | apply Rdiv_lt_0_compat; lra]).
    exists (mkposreal _ Hr'). intros s N Hs. simpl in Hs.
    specialize (B s (Rlt_le_trans _ _ _ Hs (Rmin_l _ _))).
    pose proof (Rlt_le_trans _ _ _ Hs (Rmin_r _ _)) as Hs'.
    pose proof (Rabs_pos_lt s N) as Ps.
    set (h := (fun i => y (t + s) i - y t i) : euclid n).
    assert (Nh : norm h <= C * Rabs s) by (apply Rle_trans with (1 := norm_le_sum n h); exact B).
    assert (E : y (t + s) = plus (y t) h)
      by (apply (@functional_extensionality nat R); intros i; symmetry; apply Rplus_minus).
    assert (Near : norm h < q).
    { apply Rmult_lt_compat_l with (r := C + 1) in Hs'; [|lra].
      replace ((C + 1) * (q / (C + 1))) with q in Hs' by (field; lra). lra. }
    specialize (Small h Near). fold g in Small.
    rewrite E. rewrite inner_plus_r.
    replace ((_ - _ - (_ - _)) / s - 0) with ((ell (plus (y t) h) - ell (y t) - inner g h) * / s)
      by (field; exact N).
    rewrite Rabs_mult, Rabs_inv by exact N. apply Rmult_lt_reg_r with (Rabs s); [exact Ps|].
    rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
    apply Rle_lt_trans with (1 := Small).
    apply Rle_lt_trans with (eps / (2 * (C + 1)) * ((C + 1) * Rabs s)).
    - apply Rmult_le_compat_l; [left; apply Rdiv_lt_0_compat; lra|]. lra.
    - replace (eps / (2 * (C + 1)) * ((C + 1) * Rabs s)) with (eps * Rabs s / 2) by (field; lra).
      pose proof (Rmult_lt_0_compat _ _ He Ps). lra. }
  apply derivable_as with (0 + inner g y'); [|ring].
  pose proof (derivable_pt_lim_plus _ _ _ _ _ Rest Lin) as S.
  intros eps He. destruct (S eps He) as [q Q]. exists q. intros s N Hs. specialize (Q s N Hs).
  unfold plus_fct in Q. replace (ell (y (t + s)) - ell (y t)) with
    (ell (y (t + s)) - inner g (y (t + s)) + inner g (y (t + s)) - (ell (y t) - inner g (y t) + inner g (y t)))
    by ring. exact Q.
Qed.

(** An activation whose slope is at most p0 is p0-Lipschitz. *)
Lemma slope_lipschitz (phi dphi : R -> R) p0 :
  (forall z, derivable_pt_lim phi z (dphi z)) -> (forall z, Rabs (dphi z) <= p0) ->
  forall a b, Rabs (phi a - phi b) <= p0 * Rabs (a - b).
Proof.
  intros D B.
  assert (Up : forall a b, a < b -> Rabs (phi b - phi a) <= p0 * (b - a)).
  { intros a b Hab. destruct (MVT_cor2 phi dphi a b Hab (fun c _ => D c)) as (c & E & _).
    rewrite E, Rabs_mult, (Rabs_pos_eq (b - a)) by lra. apply Rmult_le_compat_r; [lra | apply B]. }
  intros a b. destruct (Rtotal_order a b) as [L|[->|L]].
  - rewrite (Rabs_minus_sym (phi a)), (Rabs_minus_sym a), (Rabs_pos_eq (b - a)) by lra. now apply Up.
  - rewrite !Rminus_eq_0, Rabs_R0. lra.
  - rewrite (Rabs_pos_eq (a - b)) by lra. now apply Up.
Qed.

(** * The two passes *)

Section sample.
  Variable M : nat.
  Variable width : nat -> nat.
  Variables phi dphi : nat -> R -> R.
  Hypothesis slopes : forall m z, derivable_pt_lim (phi m) z (dphi m z).

  (** one sample: input, loss and its gradient *)
  Variable x0 : euclid (width 0).
  Variable ell : euclid (width M) -> R.
  Variable loss : euclid (width M) -> euclid (width M).
  Hypothesis loss_gradient : differentiable (width M) ell loss.

  Let V : space := weights M (size width).
  Local Notation act := (act M width phi x0).
  Local Notation pre := (pre M width phi x0).
  Local Notation of_stage := (of_stage M width).
  Local Notation back := (back M width phi dphi x0 loss).
  Local Notation delta := (delta M width phi dphi x0 loss).
  Local Notation direction := (direction M width phi dphi x0 loss).
  Local Notation st := (st M).

  (** The derivative of the stages' inputs at U if the weights move along A. *)
  Fixpoint tangent (U A : V) (m : nat) : nat -> R :=
    match m with
    | O => fun _ => 0
    | S m => fun i => dphi m (pre U m i) *
        (apply_rows (width m) (of_stage A m) (act U m) i + apply_rows (width m) (of_stage U m) (tangent U A m) i)
    end.

  Lemma act_derivative (U A : V) t m : forall i,
    derivable_pt_lim (fun s => act (line U A s) m i) t (tangent (line U A t) A m i).
  Proof.
    induction m as [|m IH]; intros i; [apply derivable_pt_lim_const|].
    apply (derivable_pt_lim_comp (fun s => pre (line U A s) m i) (phi m)); [|apply slopes].
    unfold pre, apply_rows. rewrite <- sum_plus.
    apply (derivable_sum _ (fun j s => of_stage (line U A s) m i j * act (line U A s) m j)). intros j _.
    apply (derivable_pt_lim_mult (fun s => of_stage (line U A s) m i j) (fun s => act (line U A s) m j)); [|apply IH].
    set (u := of_stage U m i j). set (a := of_stage A m i j).
    change (derivable_pt_lim (fun s => u + s * a) t a).
    apply derivable_as with (0 + (1 * a + t * 0)); [|ring].
    apply (derivable_pt_lim_plus (fun _ => u) (fun s => s * a)); [apply derivable_pt_lim_const|].
    apply (derivable_pt_lim_mult id (fun _ => a)); [apply derivable_pt_lim_id | apply derivable_pt_lim_const].
  Qed.

  (** <back, tangent> between two stages, j stages before the output. *)
  Definition paired (U A : V) (j : nat) : R := inner (back U U j : euclid (width (M - j))) (tangent U A (M - j)).

  Lemma backward_step (U A : V) j :
    (j < M)%nat ->
    paired U A j - paired U A (S j) = inner (direction U U (st j) : euclid (size width (st j))) (A (st j)).
  Proof.
    intros Hj. unfold paired. replace (M - S j)%nat with (st j) by (unfold st; lia).
    replace (M - j)%nat with (S (st j)) by (unfold st; lia). set (m := st j).
    unfold direction. replace (M - 1 - m)%nat with j by (unfold m, st; lia).
    unfold size. rewrite inner_outer.
    change (back U U (S j)) with (apply_columns (width (S m)) (of_stage U m) (delta U U j)).
    rewrite <- transposed. rewrite !euclid_inner.
    match goal with |- ?a - ?b = ?c => enough (a = b + c) by lra end.
    rewrite <- sum_plus. apply sum_ext. intros i _.
    change (tangent U A (S m) i) with (dphi m (pre U m i) *
      (apply_rows (width m) (of_stage A m) (act U m) i + apply_rows (width m) (of_stage U m) (tangent U A m) i)).
    unfold delta. fold m. unfold of_stage. ring.
  Qed.

  Lemma backward_pass (U A : V) : inner (back U U 0 : euclid (width M)) (tangent U A M) = inner (direction U U) A.
  Proof.
    replace (inner (back U U 0 : euclid (width M)) (tangent U A M)) with (paired U A 0)
      by (unfold paired; now rewrite Nat.sub_0_r).
    assert (End : paired U A M = 0).
    { unfold paired. rewrite Nat.sub_diag, euclid_inner. apply sum_zero. intros. apply Rmult_0_r. }
    pose proof (sum_telescope M (fun j => - paired U A j)) as T.
    set (stage := fun m => inner (direction U U m : euclid (size width m)) (A m)).
    rewrite (sum_ext M _ (fun j => stage (M - 1 - j)%nat)) in T.
    - rewrite sum_backwards in T. change (paired U A 0 = sum M stage). lra.
    - intros j Hj. pose proof (backward_step U A j Hj) as B. unfold st in B. unfold stage. rewrite <- B. ring.
  Qed.

  Theorem backpropagation (D : V -> Prop) : has_gradient D (fun U => ell (act U M)) (fun U => direction U U).
  Proof.
    intros U A t _. rewrite <- backward_pass.
    apply (loss_gradient (fun s => act (line U A s) M)). intros i _. apply act_derivative.
  Qed.
End sample.

(** * The mean of N losses has the mean of their gradients *)

Definition mean_vector {M sizes} N (pr : nat -> R) (g : nat -> weights M sizes) : weights M sizes :=
  fun m c => sum N (fun i => pr i * g i m c).

Lemma inner_mean M sizes N pr (g : nat -> weights M sizes) (A : weights M sizes) :
  inner (mean_vector N pr g) A = sum N (fun i => pr i * inner (g i) A).
Proof.
  transitivity (sum N (fun i => sum M (fun m => sum (sizes m) (fun c => pr i * g i m c * A m c)))).
  - rewrite sum_swap. apply sum_ext. intros m _. rewrite sum_swap. apply sum_ext. intros c _.
    symmetry. apply (sum_scal_r N (A m c)).
  - apply sum_ext. intros i _. change (inner (g i) A) with (sum M (fun m => sum (sizes m) (fun c => g i m c * A m c))).
    rewrite <- sum_scal. apply sum_ext. intros m _. rewrite <- sum_scal. apply sum_ext. intros. ring.
Qed.

Theorem mean_gradient M sizes (D : weights M sizes -> Prop) N (pr : nat -> R) f g :
  (forall i, (i < N)%nat -> has_gradient D (f i) (g i)) ->
  has_gradient D (fun U => sum N (fun i => pr i * f i U)) (fun U => mean_vector N pr (fun i => g i U)).
Proof.
  intros G U A t In. rewrite inner_mean.
  apply (derivable_sum N (fun i s => pr i * f i (line U A s))). intros i Hi.
  apply (derivable_pt_lim_scal (fun s => f i (line U A s))). now apply G.
Qed.
