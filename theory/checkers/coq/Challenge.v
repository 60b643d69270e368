(** What is proved of the conjectured Theorem 4: if the leading part of the drift is orthogonal to the martingale part
    of the staleness, only what moved within the window meets the staleness. *)

From Coq Require Import Reals Lra.
From Analog Require Import Sums InnerProduct.
Local Open Scope R_scope.

(** e0: the drift at the weights before the window, de: the rest of it, b1: the martingale part of the staleness. *)
(* Claim: challenge.cross_term *)
Theorem cross_term {H : space} (e0 de b1 : H) far stale drift :
  0 <= far -> 0 <= stale -> inner b1 e0 = 0 ->
  inner de de <= far ^ 2 -> inner b1 b1 <= stale ^ 2 -> inner (plus e0 de) (plus e0 de) <= drift ^ 2 ->
  inner (plus (plus e0 de) b1) (plus (plus e0 de) b1) <= drift ^ 2 + stale ^ 2 + 2 * far * stale.
Proof.
  intros Hf Hs Orth Far Stale Drift.
  pose proof (norm_le de far Hf Far) as NF. pose proof (norm_le b1 stale Hs Stale) as NS.
  assert (Meet : inner de b1 <= far * stale).
  { apply Rle_trans with (1 := cauchy_schwarz de b1).
    apply Rmult_le_compat; auto using norm_nonneg. }
  rewrite !inner_plus, !inner_plus_r in *. pose proof (inner_sym e0 b1). pose proof (inner_sym b1 de). lra.
Qed.
