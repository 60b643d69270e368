(** How curved a network's loss is somewhere on a box of weights, and how far it can fall (docs/theory.md#networks).

    Averages over the samples are any positive functional, so the sums over a sample's outputs. *)

From Coq Require Import Reals Lra.
From Analog Require Import Sums InnerProduct.
Local Open Scope R_scope.

(** * The curvature at W_1 = 0 *)

(** Stage 1 has weights 0, and stage m + 2 has the norm [weight m] and rank one: all products are 0, and a move of stage
    1 changes what stage 1 makes of a sample by [along], along the direction that the next stage takes up. *)
Section obstacle.
  Variables p0 bow : R.
  Variable weight : nat -> R.

  (** By how much the output of stage k + 1 changes for every unit of [along]. *)
  Fixpoint outgain (k : nat) : R := match k with O => p0 | S k => p0 * weight k * outgain k end.

  (** First and second derivative of that output: the product's derivatives are weight x' and weight x'', and the
      activation makes p0 z' and bow z'^2 + p0 z'' of those of its product z. *)
  Fixpoint out_one (along : R) (k : nat) : R :=
    match k with O => p0 * along | S k => p0 * (weight k * out_one along k) end.
  Fixpoint out_two (along : R) (k : nat) : R :=
    match k with
    | O => bow * along ^ 2
    | S k => bow * (weight k * out_one along k) ^ 2 + p0 * (weight k * out_two along k)
    end.

  Lemma out_one_is along k : out_one along k = outgain k * along.
  Proof. induction k as [|k IH]; simpl; [reflexivity | rewrite IH; ring]. Qed.

  Hypothesis odd : bow = 0.

  Lemma out_two_is along k : out_two along k = 0.
  Proof. induction k as [|k IH]; simpl; [|rewrite IH]; rewrite odd; ring. Qed.

  (** Whatever bounds the second derivative by the square of the move is as large as the first stage's data say. *)
  (* Claim: network.box_obstacle *)
  Theorem curved_at_zero {T} (E : functional T) (along loss_one loss_two : T -> R) k moved L :
    let second := E (fun t => loss_one t * out_two (along t) k + loss_two t * out_one (along t) k ^ 2) in
    second <= L * moved ->
    second = outgain k ^ 2 * E (fun t => loss_two t * along t ^ 2) /\
    outgain k ^ 2 * E (fun t => loss_two t * along t ^ 2) <= L * moved.
  Proof.
    intros second Most.
    assert (Is : second = outgain k ^ 2 * E (fun t => loss_two t * along t ^ 2)).
    { unfold second. rewrite <- apply_scal. apply apply_ext. intros t _. rewrite out_two_is, out_one_is. ring. }
    split; [exact Is | rewrite <- Is; exact Most].
  Qed.
End obstacle.

(** * The least value *)

(** An output x and the place c within [-b, b] where the loss is least: its slope at c is 0, or away from the end that c
    is. *)
Lemma away_from_the_end b x c slope size s :
  - b <= x <= b -> s ^ 2 = 1 -> 0 <= size -> slope = - size * s -> size * (c - b * s) = 0 -> 0 <= slope * (x - c).
Proof.
  intros [Low High] Sign Size -> End.
  assert (In : 0 <= b - s * x).
  { assert (Z : (s - 1) * (s + 1) = 0) by (ring_simplify; lra).
    destruct (Rmult_integral _ _ Z) as [D|D]; [replace s with 1 by lra | replace s with (-1) by lra]; lra. }
  replace (- size * s * (x - c)) with (size * (b - s * x) + s * (size * (c - b * s)) + size * b * (s ^ 2 - 1)) by ring.
  rewrite End, Sign. pose proof (Rmult_le_pos _ _ Size In). lra.
Qed.

Section lowest.
  Context {T I : Type} (E : functional T) (C : functional I).
  Variables out place fall : T -> lift C (fun _ => real_space).
  Variables loss least : T -> R.

  (* Claim: network.lowest *)
  Theorem loss_at_least :
    (forall t, support E t -> forall i, support C i ->
      0 <= (fall t i : R) * ((out t i : R) + (-1) * (place t i : R))) ->
    (forall t, support E t -> least t + inner (fall t) (out t) - inner (fall t) (place t) <= loss t) ->
    (forall t, support E t -> least t <= loss t) /\ E least <= E loss.
  Proof.
    intros Away Convex.
    assert (Each : forall t, support E t -> least t <= loss t).
    { intros t Ht. pose proof (Convex t Ht) as V.
      assert (In : inner (fall t) (plus (out t) (scal (-1) (place t)))
        = inner (fall t) (out t) - inner (fall t) (place t)) by (rewrite inner_plus_r, inner_scal_r; ring).
      assert (0 <= inner (fall t) (plus (out t) (scal (-1) (place t)))); [|lra].
      apply apply_nonneg. intros i Hi. exact (Away t Ht i Hi). }
    split; [exact Each | now apply apply_le].
  Qed.
End lowest.
