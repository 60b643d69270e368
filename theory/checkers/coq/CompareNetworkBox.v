(** As CompareNetwork.v, for the claims about a whole box of weights. *)

From Coq Require Import Reals Lra.
From Analog Require Import Sums InnerProduct Expectation Windows Rules NetworkBox.
Local Open Scope R_scope.

(** network.box_obstacle *)
Lemma compare_network_box_obstacle (Smp : sampler) (Len : nat) {H : space} (L : R) (along : history -> R) (bow data : R)
  (data_i loss_one loss_two : history -> R) (out_one out_two : nat -> history -> R) (outgain : nat -> R) (p0 : R)
  (second_i : nat -> history -> R) (second_mean weight : nat -> R) (U : H) (stages : nat) :
  (forall k, second_mean k = average Smp Len (fun h => second_i k h)) ->
  data = average Smp Len (fun h => data_i h) ->
  outgain 0%nat = p0 -> (forall k, outgain (S k) = outgain k * p0 * weight k) ->
  (forall h, taken Smp Len h -> out_one 0%nat h = along h * p0) ->
  (forall k h, taken Smp Len h -> out_one (S k) h = out_one k h * p0 * weight k) ->
  (forall h, taken Smp Len h -> out_two 0%nat h = bow * along h ^ 2) ->
  (forall k h, taken Smp Len h ->
    out_two (S k) h = bow * out_one k h ^ 2 * weight k ^ 2 + out_two k h * p0 * weight k) ->
  bow = 0 ->
  (forall h, taken Smp Len h ->
    second_i stages h = loss_one h * out_two stages h + loss_two h * out_one stages h ^ 2) ->
  (forall h, taken Smp Len h -> data_i h = loss_two h * along h ^ 2) ->
  second_mean stages <= inner U U * L ->
  (second_mean stages = data * outgain stages ^ 2) /\ (data * outgain stages ^ 2 <= inner U U * L).
Proof.
  intros Mean Data G0 Gk O0 Ok T0 Tk Odd Second Seen Most.
  assert (G : forall k, outgain k = NetworkBox.outgain p0 weight k).
  { induction k as [|k IH]; simpl; [exact G0 | rewrite Gk, IH; ring]. }
  assert (One : forall k h, taken Smp Len h -> out_one k h = NetworkBox.out_one p0 weight (along h) k).
  { induction k as [|k IH]; intros h T; simpl; [rewrite O0 by exact T; ring | rewrite Ok, (IH h T) by exact T; ring]. }
  assert (Two : forall k h, taken Smp Len h -> out_two k h = NetworkBox.out_two p0 bow weight (along h) k).
  { induction k as [|k IH]; intros h T; simpl; [rewrite T0 by exact T; ring|].
    rewrite Tk, (IH h T), (One k h T) by exact T. ring. }
  assert (ES : second_mean stages = average Smp Len (fun h =>
    loss_one h * NetworkBox.out_two p0 bow weight (along h) stages
    + loss_two h * NetworkBox.out_one p0 weight (along h) stages ^ 2)).
  { rewrite Mean. apply (average_taken Smp Len). intros h T.
    now rewrite (Second h T), (One stages h T), (Two stages h T). }
  assert (ED : data = average Smp Len (fun h => loss_two h * along h ^ 2)).
  { rewrite Data. apply (average_taken Smp Len). intros h T. exact (Seen h T). }
  destruct (curved_at_zero p0 bow weight Odd (average Smp Len) along loss_one loss_two stages (inner U U) L
    ltac:(rewrite <- ES; lra)) as [Is Low].
  rewrite <- ES, <- ED, <- G in Is. rewrite <- ED, <- G in Low. split; lra.
Qed.

(** network.lowest *)
Lemma compare_network_lowest (Smp : sampler) (Len : nat) (TC : Type) (Crd : functional TC) (b_act : R)
  (c_i fall_i : history -> TC -> R) (least : history -> R) (least_mean : R) (loss : history -> R) (loss_mean : R)
  (m s x_i : history -> TC -> R) (end_k fall_k x_k : history -> lift Crd (fun _ => real_space)) :
  (forall h, taken Smp Len h -> forall c, support Crd c -> x_i h c = (x_k h c : R)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> c_i h c = (end_k h c : R)) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> fall_i h c = (fall_k h c : R)) ->
  loss_mean = average Smp Len (fun h => loss h) -> least_mean = average Smp Len (fun h => least h) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> x_i h c <= b_act) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> (-1) * b_act <= x_i h c) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> s h c ^ 2 = 1) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> 0 <= m h c) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> fall_i h c = (-1) * m h c * s h c) ->
  (forall h, taken Smp Len h -> forall c, support Crd c -> m h c * (c_i h c + (-1) * b_act * s h c) = 0) ->
  (forall h, taken Smp Len h -> inner (fall_k h) (x_k h) + least h + (-1) * inner (end_k h) (fall_k h) <= loss h) ->
  (forall h, taken Smp Len h -> least h <= loss h) /\ least_mean <= loss_mean.
Proof.
  intros EX EC EF -> -> Above Below Sign Size Fall End Convex.
  apply (loss_at_least (average Smp Len) Crd x_k end_k fall_k loss least).
  - intros h T c Hc. rewrite <- (EX h T c Hc), <- (EC h T c Hc), <- (EF h T c Hc).
    replace (x_i h c + (-1) * c_i h c) with (x_i h c - c_i h c) by ring.
    apply (away_from_the_end b_act) with (size := m h c) (s := s h c); auto.
    + pose proof (Above h T c Hc). pose proof (Below h T c Hc). lra.
    + rewrite (Fall h T c Hc). ring.
    + rewrite <- (End h T c Hc). ring.
  - intros h T. pose proof (Convex h T). rewrite (inner_sym (fall_k h) (end_k h)). lra.
Qed.
