(** Finite sums of reals, and positive linear functionals.

    A finite sum, an expectation and a time average are all the same thing: a linear functional that is monotone
    on its support.  What the later files need of any of them is proved here once. *)

From Coq Require Import Reals Lra Lia.
Local Open Scope R_scope.

(** * Finite sums: [sum n f] is f 0 + ... + f (n-1) *)

Fixpoint sum (n : nat) (f : nat -> R) : R :=
  match n with
  | O => 0
  | S m => sum m f + f m
  end.

Lemma sum_ext n f g : (forall i, (i < n)%nat -> f i = g i) -> sum n f = sum n g.
Proof. induction n as [|n IH]; intros H; simpl; [reflexivity|]. rewrite IH, (H n) by auto. reflexivity. Qed.

Lemma sum_plus n f g : sum n (fun i => f i + g i) = sum n f + sum n g.
Proof. induction n as [|n IH]; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma sum_scal n c f : sum n (fun i => c * f i) = c * sum n f.
Proof. induction n as [|n IH]; simpl; [ring|]. rewrite IH. ring. Qed.

Lemma sum_le n f g : (forall i, (i < n)%nat -> f i <= g i) -> sum n f <= sum n g.
Proof.
  induction n as [|n IH]; intros H; simpl; [lra|].
  apply Rplus_le_compat; [apply IH|]; auto.
Qed.

Lemma sum_const n c : sum n (fun _ => c) = INR n * c.
Proof. induction n as [|n IH]; [simpl; ring|]. rewrite S_INR. simpl. rewrite IH. ring. Qed.

Lemma sum_zero n f : (forall i, (i < n)%nat -> f i = 0) -> sum n f = 0.
Proof. intros H. rewrite (sum_ext n f (fun _ => 0)) by exact H. rewrite sum_const. ring. Qed.

Lemma sum_nonneg n f : (forall i, (i < n)%nat -> 0 <= f i) -> 0 <= sum n f.
Proof. intros H. rewrite <- (sum_zero n (fun _ => 0)) by auto. now apply sum_le. Qed.

(** Split off the first term. *)
Lemma sum_first n f : sum (S n) f = f 0%nat + sum n (fun i => f (S i)).
Proof. induction n as [|n IH]; [simpl; ring|]. simpl in *. rewrite IH. ring. Qed.

(** Dropping nonnegative terms at the end lowers a sum. *)
Lemma sum_shorter n m f : (n <= m)%nat -> (forall i, (i < m)%nat -> 0 <= f i) -> sum n f <= sum m f.
Proof.
  intros H. induction H as [|m H IH]; intros P; [lra|]. simpl.
  assert (0 <= f m) by (apply P; lia).
  assert (sum n f <= sum m f) by (apply IH; intros; apply P; lia). lra.
Qed.

Lemma sum_telescope n f : sum n (fun i => f (S i) - f i) = f n - f 0%nat.
Proof. induction n as [|n IH]; simpl; [ring|]. rewrite IH. ring. Qed.

(** * Positive linear functionals *)

(** [support] says where a functional looks: values elsewhere do not matter. *)
Record functional (T : Type) := Functional {
  apply :> (T -> R) -> R;
  support : T -> Prop;
  apply_plus : forall f g, apply (fun t => f t + g t) = apply f + apply g;
  apply_scal : forall c f, apply (fun t => c * f t) = c * apply f;
  apply_le : forall f g, (forall t, support t -> f t <= g t) -> apply f <= apply g
}.
Arguments support {T} _ _.
Arguments apply {T} _ _.
Arguments apply_plus {T} _ _ _.
Arguments apply_scal {T} _ _ _.
Arguments apply_le {T} _ _ _ _.

Section functional.
  Context {T : Type} (E : functional T).

  Lemma apply_ext f g : (forall t, support E t -> f t = g t) -> E f = E g.
  Proof. intros H. apply Rle_antisym; apply apply_le; intros t Ht; rewrite (H t Ht); lra. Qed.

  Lemma apply_zero f : (forall t, support E t -> f t = 0) -> E f = 0.
  Proof.
    intros H. rewrite (apply_ext f (fun t => 0 * f t)); [rewrite apply_scal; ring|].
    intros t Ht. rewrite (H t Ht). ring.
  Qed.

  Lemma apply_nonneg f : (forall t, support E t -> 0 <= f t) -> 0 <= E f.
  Proof. intros H. rewrite <- (apply_zero (fun _ => 0)) by auto. now apply apply_le. Qed.

  Lemma apply_sum n (f : nat -> T -> R) : E (fun t => sum n (fun i => f i t)) = sum n (fun i => E (f i)).
  Proof.
    induction n as [|n IH]; simpl; [now apply apply_zero|].
    now rewrite (apply_plus E (fun t => sum n (fun i => f i t))), IH.
  Qed.
End functional.

(** A finite sum is one. *)
Definition sum_functional (n : nat) : functional nat.
Proof.
  refine (Functional nat (sum n) (fun i => (i < n)%nat) (sum_plus n) (sum_scal n) _).
  intros f g. apply sum_le.
Defined.
