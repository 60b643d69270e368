(** Beyond the linear device: trains of small pulses (docs/theory.md#devices). *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Device.
Local Open Scope R_scope.

(** * Trains of pulses: s tau - (s tau - w) exp (-|D|/tau), with s the sign of D *)

Definition train (tau w D : R) : R :=
  let s := if Rle_dec 0 D then 1 else -1 in s * tau - (s * tau - w) * exp (- (Rabs D / tau)).

Lemma within x a : Rabs x <= a -> - a <= x <= a.
Proof. pose proof (Rle_abs x). pose proof (Rle_abs (- x)) as N. rewrite Rabs_Ropp in N. lra. Qed.

(** The relative response (1 - s w/tau)(1 - e^-y)/y, y = |D|/tau, lies between (1 - rho)(1 - e^-y)/y and 1 + rho. *)
Definition response (y : R) : R := (1 - exp (- y)) / y.

Lemma response_range y : 0 < y -> 0 < response y <= 1.
Proof.
  intros Hy. unfold response.
  assert (E1 : exp (- y) < 1) by (rewrite <- exp_0; apply exp_increasing; lra).
  assert (E2 : 1 + - y < exp (- y)) by (apply exp_ineq1; lra).
  split.
  - apply Rdiv_lt_0_compat; lra.
  - apply Rmult_le_reg_r with y; [exact Hy|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra.
Qed.

(** A train never leaves the box, whatever its length. *)
Theorem train_box tau w D : 0 < tau -> Rabs w <= tau -> Rabs (train tau w D) <= tau.
Proof.
  intros Ht W. pose proof (exp_pos (- (Rabs D / tau))) as E0.
  assert (E1 : exp (- (Rabs D / tau)) <= 1).
  { rewrite <- exp_0. pose proof (Rabs_pos D).
    assert (0 <= Rabs D / tau) by (apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat]).
    destruct (Req_dec (Rabs D / tau) 0) as [Z|Z]; [rewrite Z, Ropp_0; lra|].
    left. apply exp_increasing. lra. }
  set (t := exp _) in *. apply within in W. apply Rabs_le. unfold train. fold t.
  destruct (Rle_dec 0 D); split; nra.
Qed.
