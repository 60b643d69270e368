"""The Coq text before the generated lemmas: how inequalities combine.

Averages, random sequences and inner-product spaces are those of the library (`NEEDS`); that the rules of the kernel
(average, tower property, shift, telescoping sums) hold of them is proved there, in Rules.v.
"""

NEEDS = ("Sums.v", "InnerProduct.v", "Expectation.v", "Windows.v", "Rules.v")
"""The files of the library on which every generated file rests, in the order in which they compile."""

PRELUDE = r"""(* Written from the claims of the theory package; do not edit. *)
From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Rules.
Open Scope R_scope.

Lemma lez w a b : 0 <= w -> a <= b -> 0 <= w * (b - a).
Proof. intros; apply Rmult_le_pos; lra. Qed.
Lemma ltz w a b : 0 < w -> a < b -> 0 < w * (b - a).
Proof. intros; apply Rmult_lt_0_compat; lra. Qed.
Lemma eqz w a b : a = b -> w * (b - a) = 0.
Proof. intros ->; ring. Qed.
Lemma scaled_le c l r e : 0 <= c -> l <= r -> e = c * (r - l) -> 0 <= e.
Proof. intros A B ->; apply lez; assumption. Qed.
Lemma scaled_lt c l r e : 0 < c -> l < r -> e = c * (r - l) -> 0 < e.
Proof. intros A B ->; apply ltz; assumption. Qed.
Lemma equal_le c e : e = c -> 0 <= c -> 0 <= e.
Proof. intros ->; auto. Qed.
Lemma equal_lt c e : e = c -> 0 < c -> 0 < e.
Proof. intros ->; auto. Qed.
Lemma finish_le l r s : (r - l) - s = 0 -> 0 <= s -> l <= r.
Proof. lra. Qed.
Lemma finish_lt l r s : (r - l) - s = 0 -> 0 < s -> l < r.
Proof. lra. Qed.
Lemma finish_eq l r s : (r - l) - s = 0 -> s = 0 -> l = r.
Proof. lra. Qed.
Lemma add_le a b : 0 <= a -> 0 <= b -> 0 <= a + b.
Proof. lra. Qed.
Lemma add_lt a b : 0 < a -> 0 <= b -> 0 < a + b.
Proof. lra. Qed.
Lemma add_tl a b : 0 <= a -> 0 < b -> 0 < a + b.
Proof. lra. Qed.
Lemma add_eq a b : a = 0 -> b = 0 -> a + b = 0.
Proof. lra. Qed.
Lemma zero_le a : a = 0 -> 0 <= a.
Proof. lra. Qed.
Lemma conv_le l r l' r' : l <= r -> (r' - l') - (r - l) = 0 -> l' <= r'.
Proof. lra. Qed.
Lemma conv_lt l r l' r' : l < r -> (r' - l') - (r - l) = 0 -> l' < r'.
Proof. lra. Qed.
Lemma conv_eq l r l' r' : l = r -> (r' - l') - (r - l) = 0 -> l' = r'.
Proof. lra. Qed.
Lemma even_le e n : 0 <= e ^ (2 * n).
Proof. rewrite pow_mult; apply pow_le, pow2_ge_0. Qed.
Lemma even_lt e n : e <> 0 -> 0 < e ^ (2 * n).
Proof.
  intros; rewrite pow_mult; apply pow_lt.
  replace (e ^ 2) with (Rsqr e) by (unfold Rsqr; ring). apply Rsqr_pos_lt; assumption.
Qed.
Lemma sign_cases s : s ^ 2 = 1 -> s = 1 \/ s = -1.
Proof.
  intros H. assert (P : (s - 1) * (s + 1) = 0) by (replace ((s - 1) * (s + 1)) with (s ^ 2 - 1) by ring; lra).
  apply Rmult_integral in P; lra.
Qed.
Lemma zero_cases e : 0 <= e -> 0 < e \/ e = 0.
Proof. lra. Qed.
Lemma not_zero b : 0 < b -> b <> 0.
Proof. lra. Qed.
Lemma not_zero_neg b : 0 < (-1) * b -> b <> 0.
Proof. lra. Qed.
Ltac plain := idtac; match goal with
  | |- _ <> 0 => assumption
  | H : ?b <> 0 |- ?a <> 0 => let Z := fresh in intro Z; apply H; rewrite <- Z; ring
  | H : ?b <> 0 |- ?a <> 0 => let Z := fresh in intro Z; apply H; replace b with (- a) by ring; rewrite Z; ring
  | |- _ <> 0 => lra
  | |- _ <> 0 => apply not_zero; nra
  end.
(* `field` asks that the numerator of a divisor does not vanish; `below` is for what the divisor divides by itself.
   A tactic is passed on as it is, not run at once, only if it does not begin with `match`: hence `idtac`. *)
Ltac numerator below := idtac; match goal with
  | H : ?b <> 0 |- ?a <> 0 =>
    let Z := fresh in intro Z; apply H; field_simplify_eq; [lra | repeat split; below ..]
  end.
Ltac side := first [plain | numerator plain | numerator ltac:(first [plain | numerator plain])].
Ltac same := first [ring | field; repeat split; side].
Ltac expand :=
  rewrite ?inner_plus, ?inner_plus_r, ?inner_scal, ?inner_scal_r, ?inner_plus, ?inner_scal, ?inner_zero, ?inner_zero_r.
"""
"""What every generated file begins with."""
