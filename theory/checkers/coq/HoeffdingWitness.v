(** Two flips of a coin: the hypotheses of [tube_a_priori] hold together, and 3 in the place of its 2 would be false. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Hoeffding.
Import ListNotations.
Local Open Scope R_scope.

Definition coin : sampler.
Proof. refine (Sampler 2 (fun _ _ => / 2) _ _); intros; simpl; lra. Defined.

(** A flip brings 1/2 or -1/2; the run leaves where the flips add up to 1 or -1. *)
Definition flip (_ : nat) (h : history) : R := match h with 0%nat :: _ => / 2 | _ :: _ => - / 2 | [] => 0 end.
Definition near (h : history) : bool := if Rlt_dec (Rabs (total (flip 0) h)) 1 then true else false.

Lemma near_start : near [] = true.
Proof. unfold near. simpl. rewrite Rabs_R0. destruct (Rlt_dec 0 1); [reflexivity | lra]. Qed.

(** The noise of a run that stays is what the flips add up to. *)
Lemma same_total h i : stays near h = true -> total (noise near flip 0) (i :: h) = total (flip 0) (i :: h).
Proof.
  revert i. induction h as [|k l IH]; intros i S.
  - cbn [total noise]. now rewrite S.
  - change (total (noise near flip 0) (i :: k :: l))
      with (total (noise near flip 0) (k :: l) + noise near flip 0 (i :: k :: l)).
    change (total (flip 0) (i :: k :: l)) with (total (flip 0) (k :: l) + flip 0 (i :: k :: l)).
    assert (L : stays near l = true) by (simpl in S; destruct (stays near l); [reflexivity | discriminate]).
    rewrite (IH k L). unfold noise. now rewrite S.
Qed.

Lemma fair h : conditional coin (flip 0) h = 0.
Proof. unfold conditional. simpl. lra. Qed.

Lemma short h i : - / 2 <= flip 0 (i :: h) <= - / 2 + 1.
Proof. destruct i; simpl; lra. Qed.

(** The premises hold, so the theorem's bound does: 2 exp(-1), less than 1. *)
Theorem coin_witness : mean coin 2 (fun h => 1 - ind (stays near h)) <= 2 * exp (- (2 * 1 ^ 2 / 2)) < 1.
Proof.
  split.
  - assert (E : energy (fun _ => 1) 2 = 2) by (simpl; lra).
    pose proof (tube_a_priori coin 2 near near_start 1 flip (fun _ _ => 1) (fun _ _ => - / 2)) as Main.
    specialize (Main ltac:(intros j h Hj _ _ _; replace j with 0%nat by lia; apply fair) ltac:(intros; lra)).
    specialize (Main ltac:(intros j h i Hj _ _ _; replace j with 0%nat by lia; apply short) (fun _ => 1)
      ltac:(intros; lra)).
    assert (Into : forall h i, reachable coin (i :: h) -> (length h < 2)%nat -> stays near h = true ->
      (forall j, (j < 1)%nat -> Rabs (total (noise near flip j) (i :: h)) < 1) -> near (i :: h) = true).
    { intros h i _ _ S Small. pose proof (Small 0%nat ltac:(lia)) as B. rewrite (same_total h i S) in B.
      unfold near. destruct (Rlt_dec (Rabs (total (flip 0) (i :: h))) 1); [reflexivity | contradiction]. }
    specialize (Main Into ltac:(intros; change (0 < energy (fun _ => 1) 2); rewrite E; lra)).
    apply Rle_trans with (1 := Main), Req_le. cbn [sum].
    change (energy ((fun _ _ : nat => 1) 0%nat) 2) with (energy (fun _ => 1) 2). rewrite E. ring.
  - replace (- (2 * 1 ^ 2 / 2)) with (- (1)) by field. rewrite exp_Ropp.
    pose proof (exp_ineq1 1 ltac:(lra)) as B. apply Rmult_lt_reg_r with (exp 1); [apply exp_pos|].
    rewrite Rmult_assoc, Rinv_l by (apply Rgt_not_eq, exp_pos). lra.
Qed.

Lemma one_flip k : total (flip 0) [k] = flip 0 [k].
Proof. cbn [total]. ring. Qed.

Lemma two_flips i k : total (flip 0) [i; k] = flip 0 [k] + flip 0 [i; k].
Proof. change (total (flip 0) [i; k]) with (total (flip 0) [k] + flip 0 [i; k]). now rewrite one_flip. Qed.

Lemma near_one k : near [k] = true.
Proof.
  unfold near. rewrite one_flip. destruct (Rlt_dec (Rabs (flip 0 [k])) 1) as [|N]; [reflexivity|].
  exfalso. apply N, Rabs_def1; destruct k; cbn [flip]; lra.
Qed.

Lemma leaves i k : 1 - ind (stays near [i; k]) = (if Nat.eqb (Nat.min i 1) (Nat.min k 1) then 1 else 0).
Proof.
  assert (S : stays near [i; k] = near [i; k]).
  { change (stays near [i; k]) with (if (if near [] then near [k] else false) then near [i; k] else false).
    now rewrite near_start, near_one. }
  rewrite S. unfold near. rewrite two_flips. unfold ind.
  destruct i as [|i], k as [|k]; cbn [flip];
    [replace (/ 2 + / 2) with 1 by lra | replace (- / 2 + / 2) with 0 by lra
    | replace (/ 2 + - / 2) with 0 by lra | replace (- / 2 + - / 2) with (- (1)) by lra];
    rewrite ?Rabs_Ropp, ?Rabs_R1, ?Rabs_R0; destruct (Rlt_dec _ _); simpl Nat.min; simpl Nat.eqb; cbv iota; try lra;
    rewrite ?Nat.min_0_r; simpl; lra.
Qed.

Lemma toss Y h : conditional coin Y h = / 2 * Y (0%nat :: h) + / 2 * Y (1%nat :: h).
Proof. unfold conditional. simpl. ring. Qed.

(** It leaves with probability 1/2. *)
Lemma coin_leaves : mean coin 2 (fun h => 1 - ind (stays near h)) = / 2.
Proof.
  change (conditional coin (conditional coin (fun h => 1 - ind (stays near h))) [] = / 2).
  rewrite !toss, !leaves. cbn [Nat.min Nat.eqb]. lra.
Qed.

(** With 3 in the place of 2 the bound is less than that. *)
Theorem two_is_needed : 2 * exp (- (3 * 1 ^ 2 / 2)) < mean coin 2 (fun h => 1 - ind (stays near h)).
Proof.
  rewrite coin_leaves. replace (- (3 * 1 ^ 2 / 2)) with (- (3 / 2)) by field. rewrite exp_Ropp.
  assert (B : 4 < exp (3 / 2)).
  { pose proof (exp_ineq1 (/ 10) ltac:(lra)) as T.
    assert (E : exp (3 / 2) = exp (/ 10) ^ 15).
    { assert (Pow : forall n, exp (/ 10) ^ n = exp (INR n * / 10)).
      { induction n as [|n IH]; [simpl; now rewrite Rmult_0_l, exp_0|].
        rewrite S_INR. simpl pow. rewrite IH, <- exp_plus. f_equal. ring. }
      rewrite Pow. f_equal. simpl INR. lra. }
    rewrite E. apply Rlt_le_trans with ((1 + / 10) ^ 15); [lra|]. apply pow_incr. lra. }
  apply Rmult_lt_reg_r with (exp (3 / 2)); [apply exp_pos|].
  rewrite Rmult_assoc, Rinv_l by (apply Rgt_not_eq, exp_pos). lra.
Qed.
