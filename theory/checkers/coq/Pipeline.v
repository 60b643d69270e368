(** Pipeline schedules: no stage is asked for two passes at once, the lags, the slots and the busy share.

    Stages are numbered 1..M, samples and slots from 0.  A stage updates its weights right after a backward pass. *)

From Coq Require Import Reals Lra Lia.
Local Open Scope nat_scope.

(** How many j < n have the property. *)
Fixpoint count (has : nat -> bool) (n : nat) : nat :=
  match n with
  | O => 0
  | S n => count has n + (if has n then 1 else 0)
  end.

Lemma count_ext f g n : (forall j, j < n -> f j = g j) -> count f n = count g n.
Proof. induction n as [|n IH]; intros E; simpl; [reflexivity|]. rewrite IH, (E n) by auto. reflexivity. Qed.

Lemma count_from a n : count (fun j => a <=? j) n = n - a.
Proof.
  induction n as [|n IH]; cbn [count]; [reflexivity|]. rewrite IH.
  destruct (Nat.leb_spec a n); lia.
Qed.

(* Claim: pipeline.count *)
Lemma count_all n : count (fun _ => true) n = n.
Proof. induction n; simpl; lia. Qed.

(** * Slots as numbers: what holds of any sample and stage, whole or not *)

Section slots.
  Local Open Scope R_scope.
  Definition forward_slot (k m : R) : R := 2 * k + m - 1.
  Definition backward_slot (M k m : R) : R := 2 * k + 2 * M - m.

  (** Two passes of one stage are at least a slot apart, if M + l - k - m is -1 or less, or 0 or more,
      as integers are. *)
  (* Claim: pipeline.collisions *)
  Theorem passes_apart M k l m :
    let i := M + l - k - m in 0 <= i * (1 + i) -> 1 <= (backward_slot M l m - forward_slot k m) ^ 2.
  Proof.
    intros i Whole. replace (backward_slot M l m - forward_slot k m) with (2 * i + 1)
      by (unfold backward_slot, forward_slot, i; ring).
    replace ((2 * i + 1) ^ 2) with (4 * (i * (1 + i)) + 1) by ring. lra.
  Qed.

  (** The updates within the lag fall between the two passes. *)
  (* Claim: pipeline.lags_inside *)
  Theorem lag_between M k other m : 1 <= k - other <= M - m ->
    forward_slot k m < backward_slot M other m < backward_slot M k m.
  Proof. unfold forward_slot, backward_slot. lra. Qed.

  (** And no other update does. *)
  (* Claim: pipeline.lags *)
  Theorem between_lag M k other m :
    let i := M + other - k - m in 0 <= i * (1 + i) -> 0 <= (k - other) * (-1 + (k - other)) ->
    forward_slot k m < backward_slot M other m < backward_slot M k m -> 1 <= k - other <= M - m.
  Proof.
    intros i Whole Whole' [A B]. unfold forward_slot, backward_slot in A, B.
    assert (I : 0 <= i).
    { apply Rnot_lt_le. intros Neg. assert (1 + i <= 0); [|unfold i in *; lra].
      apply Rnot_lt_le. intros Pos. pose proof (Rmult_lt_0_compat (- i) (1 + i)). lra. }
    assert (J : 0 <= -1 + (k - other)).
    { apply Rnot_lt_le. intros Neg. pose proof (Rmult_lt_0_compat (k - other) (1 - (k - other))). lra. }
    unfold i in I. lra.
  Qed.

  (** The share of stage-slots that are busy: each stage has 2 passes a sample. *)
  Definition share (samples slots : R) : R := 2 * samples / slots.

  (* Claim: pipeline.density *)
  Theorem asynchronous_share M N k m : 1 <= m <= M -> 0 <= k <= N - 1 ->
    0 <= forward_slot k m <= 2 * (N + M - 1) - 1 /\ backward_slot M k m <= 2 * (N + M - 1) - 1 /\
    share N (2 * (N + M - 1)) = N / (N + M - 1) /\ 1 - (M - 1) / N <= N / (N + M - 1).
  Proof.
    intros Hm Hk. unfold forward_slot, backward_slot, share. repeat split; try lra; [field; lra|].
    apply Rmult_le_reg_r with (N * (N + M - 1)); [apply Rmult_lt_0_compat; lra|].
    replace ((1 - (M - 1) / N) * (N * (N + M - 1))) with (N ^ 2 - (M - 1) ^ 2) by (field; lra).
    replace (N / (N + M - 1) * (N * (N + M - 1))) with (N ^ 2) by (field; lra). pose proof (pow2_ge_0 (M - 1)). lra.
  Qed.

  (* Claim: pipeline.synchronous *)
  Theorem synchronous_share M B : 1 <= M -> 1 <= B ->
    share B (2 * (M + B - 1)) = B / (M + B - 1) /\ B / (M + B - 1) <= 1.
  Proof.
    intros HM HB. unfold share. split; [field; lra|]. apply Rmult_le_reg_r with (M + B - 1); [lra|].
    unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra.
  Qed.

  (* Claim: pipeline.sequential *)
  Theorem sequential_share M N : 1 <= M -> 1 <= N -> share N (2 * M * N) = / M.
  Proof. intros HM HN. unfold share. field. lra. Qed.
End slots.

(** * Asynchronous: one forward, one backward *)

Section asynchronous.
  Variable M : nat.
  Definition forward (k m : nat) : nat := 2 * k + m - 1.
  Definition backward (k m : nat) : nat := 2 * k + 2 * M - m.

  Lemma slot_forward k m : 1 <= m -> INR (forward k m) = forward_slot (INR k) (INR m).
  Proof.
    intros Hm. unfold forward, forward_slot. rewrite minus_INR, plus_INR, mult_INR by lia. simpl (INR 2).
    simpl (INR 1). reflexivity.
  Qed.

  Lemma slot_backward k m : m <= M -> INR (backward k m) = backward_slot (INR M) (INR k) (INR m).
  Proof.
    intros Hm. unfold backward, backward_slot. rewrite minus_INR, plus_INR, !mult_INR by lia. simpl (INR 2).
    reflexivity.
  Qed.

  Theorem collision_free k l m :
    1 <= m <= M ->
    forward k m <> backward l m /\ (forward k m = forward l m -> k = l) /\ (backward k m = backward l m -> k = l).
  Proof.
    intros Hm. split; [|unfold forward, backward; lia]. intros E.
    pose proof (passes_apart (INR M) (INR k) (INR l) (INR m)) as Apart. cbv zeta in Apart.
    rewrite <- slot_forward, <- slot_backward, E in Apart by lia.
    set (z := (Z.of_nat M + Z.of_nat l - Z.of_nat k - Z.of_nat m)%Z).
    replace (INR M + INR l - INR k - INR m)%R with (IZR z) in Apart
      by (unfold z; rewrite !minus_IZR, plus_IZR, <- !INR_IZR_INZ; reflexivity).
    assert (Whole : (0 <= IZR z * (1 + IZR z))%R).
    { rewrite <- (plus_IZR 1 z), <- mult_IZR. apply (IZR_le 0). clearbody z. destruct (Z.le_gt_cases 0 z); nia. }
    specialize (Apart Whole). rewrite Rminus_eq_0 in Apart. lra.
  Qed.

  (** Data flows: forward through the stages, then backward, one slot after the other. *)
  Theorem passes_in_order k m :
    1 <= m -> (m < M -> forward k (S m) = S (forward k m) /\ backward k m = S (backward k (S m))) /\
    (m = M -> backward k m = S (forward k m)).
  Proof. unfold forward, backward. lia. Qed.

  (** The updates within the lag fall between the two passes. *)
  Theorem lags_inside k other m :
    1 <= m <= M -> 1 <= k - other <= M - m -> forward k m < backward other m < backward k m.
  Proof.
    intros Hm LU. pose proof (le_INR _ _ (proj1 LU)) as L. pose proof (le_INR _ _ (proj2 LU)) as U.
    rewrite (minus_INR k other) in L, U by lia.
    rewrite minus_INR in U by lia. simpl (INR 1) in L.
    destruct (lag_between (INR M) (INR k) (INR other) (INR m) (conj L U)) as [A B].
    rewrite <- slot_forward, <- slot_backward in A by lia. rewrite <- !slot_backward in B by lia.
    split; now apply INR_lt.
  Qed.

  (** Updates of stage m that fall between the two passes of sample k: M - m of them as soon as there have been
      so many.  The backward pass meets weights that have been updated exactly k times, so its lag is zero. *)
  Theorem lags k m N :
    1 <= m <= M -> k < N ->
    count (fun j => (forward k m <? backward j m) && (backward j m <? backward k m))%bool N = Nat.min k (M - m) /\
    count (fun j => backward j m <? backward k m) N = k /\
    count (fun j => backward j m <? forward k m) N = k - (M - m).
  Proof.
    intros Hm Hk.
    assert (Upto : forall f, (forall j, k <= j -> f j = false) -> count f N = count f k).
    { intros f Out. replace N with (k + (N - k)) by lia. induction (N - k) as [|r IH].
      - now rewrite Nat.add_0_r.
      - rewrite Nat.add_succ_r. cbn [count]. rewrite IH, Out by lia. lia. }
    unfold forward, backward. repeat split.
    - rewrite Upto.
      + rewrite (count_ext _ (fun j => k - (M - m) <=? j)); [rewrite count_from; lia|].
        intros j Hj. destruct (Nat.leb_spec (k - (M - m)) j), (Nat.ltb_spec (2 * k + m - 1) (2 * j + 2 * M - m)),
          (Nat.ltb_spec (2 * j + 2 * M - m) (2 * k + 2 * M - m)); simpl; lia.
      + intros j Hj. destruct (Nat.ltb_spec (2 * j + 2 * M - m) (2 * k + 2 * M - m)); [lia|].
        apply Bool.andb_false_r.
    - rewrite Upto.
      + rewrite (count_ext _ (fun _ => true)); [apply count_all|].
        intros j Hj. apply Nat.ltb_lt. lia.
      + intros j Hj. apply Nat.ltb_ge. lia.
    - rewrite <- (count_all (k - (M - m))) at 1.
      assert (Upto' : forall f, (forall j, k - (M - m) <= j -> f j = false) -> count f N = count f (k - (M - m))).
      { intros f Out. replace N with (k - (M - m) + (N - (k - (M - m)))) by lia.
        induction (N - (k - (M - m))) as [|r IH].
        - now rewrite Nat.add_0_r.
        - rewrite Nat.add_succ_r. cbn [count]. rewrite IH, Out by lia. lia. }
      rewrite Upto'; [apply count_ext|].
      + intros j Hj. apply Nat.ltb_lt. lia.
      + intros j Hj. apply Nat.ltb_ge. lia.
  Qed.

  (** N samples take 2 (N + M - 1) slots: every pass lies below, and the last one fills the last slot. *)
  Theorem asynchronous_slots N k m :
    1 <= m <= M -> k < N ->
    forward k m < 2 * (N + M - 1) /\ backward k m < 2 * (N + M - 1) /\ backward (N - 1) 1 = 2 * (N + M - 1) - 1.
  Proof. unfold forward, backward. lia. Qed.
End asynchronous.

(** * Synchronous: fill, drain, update once in B micro-batches *)

Section synchronous.
  Variables M B : nat.
  Definition fill (j m : nat) : nat := j + m - 1.
  Definition drain (j m : nat) : nat := (M + B - 1) + j + M - m.

  Theorem synchronous_slots j l m :
    1 <= m <= M -> j < B -> l < B ->
    fill j m < drain l m /\ (fill j m = fill l m -> j = l) /\ (drain j m = drain l m -> j = l) /\
    drain j m < 2 * (M + B - 1) /\ drain (B - 1) 1 = 2 * (M + B - 1) - 1.
  Proof. unfold fill, drain. lia. Qed.
End synchronous.

(** Sequential: one sample passes all stages both ways before the next enters. *)
Theorem sequential_slots M N k m :
  1 <= m <= M -> k < N ->
  2 * M * k + m - 1 < 2 * M * k + 2 * M - m /\ 2 * M * k + 2 * M - m < 2 * M * N /\
  2 * M * (N - 1) + 2 * M - 1 = 2 * M * N - 1.
Proof. intros Hm Hk. assert (2 * M * k <= 2 * M * (N - 1)) by (apply Nat.mul_le_mono_l; lia). nia. Qed.

(** * Computation density: the share of stage-slots that are busy (each stage has 2 passes a sample) *)

Local Open Scope R_scope.

Definition density (samples slots : nat) : R := share (INR samples) (INR slots).

Lemma at_least_one n : (1 <= n)%nat -> 1 <= INR n.
Proof. intros H. apply (le_INR 1). lia. Qed.

Theorem sequential_density M N : (1 <= M)%nat -> (1 <= N)%nat -> density N (2 * M * N) = / INR M.
Proof.
  intros HM%at_least_one HN%at_least_one. unfold density. rewrite !mult_INR. now apply sequential_share.
Qed.

Theorem synchronous_density M B :
  (1 <= M)%nat -> (1 <= B)%nat -> density B (2 * (M + B - 1)) = INR B / (INR M + INR B - 1).
Proof.
  intros HM HB. pose proof (at_least_one M HM). pose proof (at_least_one B HB).
  unfold density. rewrite mult_INR, minus_INR, plus_INR by lia. now apply synchronous_share.
Qed.

Theorem asynchronous_density M N :
  (1 <= M)%nat -> (1 <= N)%nat -> density N (2 * (N + M - 1)) = INR N / (INR N + INR M - 1).
Proof.
  intros HM HN. pose proof (at_least_one M HM). pose proof (at_least_one N HN).
  unfold density. rewrite mult_INR, minus_INR, plus_INR by lia.
  apply (asynchronous_share (INR M) (INR N) 0 1); simpl (INR 1); lra.
Qed.

(** The asynchronous pipeline is never idle but for filling: the density tends to 1. *)
Theorem asynchronous_density_limit M :
  (1 <= M)%nat -> Un_cv (fun N => density (S N) (2 * (S N + M - 1))) 1.
Proof.
  intros HM eps He.
  destruct (archimed_cor1 (eps / INR M)) as (N0 & Small & Pos).
  { apply Rdiv_lt_0_compat; [exact He | apply lt_0_INR; lia]. }
  exists N0. intros N HN.
  rewrite asynchronous_density by lia.
  assert (PM : 1 <= INR M) by (apply (le_INR 1); lia).
  assert (PN : 1 <= INR (S N)) by (apply (le_INR 1); lia).
  assert (P0 : 0 < INR N0) by (apply lt_0_INR; lia).
  assert (Le : INR N0 <= INR (S N)) by (apply le_INR; lia).
  unfold R_dist. replace (INR (S N) / (INR (S N) + INR M - 1) - 1)
    with (- ((INR M - 1) / (INR (S N) + INR M - 1))) by (field; lra).
  rewrite Rabs_Ropp, Rabs_pos_eq.
  - apply Rmult_lt_reg_r with (INR (S N) + INR M - 1); [lra|].
    unfold Rdiv at 1. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
    apply (Rmult_lt_compat_r (INR N0 * INR M)) in Small; [|apply Rmult_lt_0_compat; lra].
    replace (/ INR N0 * (INR N0 * INR M)) with (INR M) in Small by (field; lra).
    replace (eps / INR M * (INR N0 * INR M)) with (eps * INR N0) in Small by (field; lra).
    pose proof (Rmult_le_compat_l eps _ _ (Rlt_le _ _ He) Le).
    pose proof (Rmult_le_pos eps (INR M - 1)). lra.
  - apply Rmult_le_pos; [lra|]. left. apply Rinv_0_lt_compat. lra.
Qed.
