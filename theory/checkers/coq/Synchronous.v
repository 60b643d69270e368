(** Without lag the feasible set is an interval: its upper end in closed form (docs/theory.md#theorem-1).

    theta = rho^2, c = (x/2)(1 + theta), p' = p + c sigma^2; A_sharp is the larger root of a A^2 - B A + k. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Sums InnerProduct Master.
Local Open Scope R_scope.

Definition synchronous (p x sigma rho : R) : R :=
  let theta := rho ^ 2 in
  let c := x / 2 * (1 + theta) in
  let p' := p + c * sigma ^ 2 in
  let a := (1 - c) ^ 2 - theta * (1 - x) ^ 2 in
  let B := 2 * p' * (1 - c) + theta * sigma ^ 2 * ((1 - x) ^ 2 + x ^ 2) in
  let k := p' ^ 2 - theta * sigma ^ 4 * x ^ 2 in
  (B + sqrt (B ^ 2 - 4 * a * k)) / (2 * a).

(** A point where a convex quadratic is not positive lies below its larger root. *)
Lemma below_larger_root a B k A :
  0 < a -> a * A ^ 2 - B * A + k <= 0 -> A <= (B + sqrt (B ^ 2 - 4 * a * k)) / (2 * a).
Proof.
  intros Ha Q. apply Rmult_le_reg_l with (2 * a); [lra|].
  replace (2 * a * ((B + sqrt (B ^ 2 - 4 * a * k)) / (2 * a))) with (B + sqrt (B ^ 2 - 4 * a * k)) by (field; lra).
  apply (Rmult_le_compat_l (4 * a)) in Q; [|lra].
  assert (Sq : (2 * a * A - B) ^ 2 <= B ^ 2 - 4 * a * k) by lra.
  apply sqrt_le_1_alt in Sq. rewrite <- Rsqr_pow2, sqrt_Rsqr_abs in Sq.
  pose proof (Rle_abs (2 * a * A - B)). lra.
Qed.

Section synchronous.
  Variables p x sigma rho A Y a0 : R.
  Hypothesis p_nonneg : 0 <= p.
  Hypothesis x_range : 0 <= x < 1.
  Hypothesis rho_range : 0 <= rho < 1.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis A_nonneg : 0 <= A.
  Hypothesis feasible0 : feasible p x sigma rho 0 0 A Y a0.

  Let theta := rho ^ 2.
  Let c := x / 2 * (1 + theta).
  Let p' := p + c * sigma ^ 2.
  Let a := (1 - c) ^ 2 - theta * (1 - x) ^ 2.
  Let B := 2 * p' * (1 - c) + theta * sigma ^ 2 * ((1 - x) ^ 2 + x ^ 2).
  Let k := p' ^ 2 - theta * sigma ^ 4 * x ^ 2.

  (** <F, v> and the part of v across F, by Cauchy-Schwarz in the plane. *)
  Lemma plane u w b z r : 0 <= r -> b ^ 2 + z ^ 2 <= r ^ 2 -> u * b + w * z <= sqrt ((u ^ 2 + w ^ 2) * r ^ 2).
  Proof.
    intros Hr C. apply Rle_trans with (1 := Rle_abs _). rewrite <- sqrt_Rsqr_abs, Rsqr_pow2.
    apply sqrt_le_1_alt.
    pose proof (pow2_ge_0 (u * z - w * b)). pose proof (pow2_ge_0 u). pose proof (pow2_ge_0 w).
    apply Rle_trans with ((u ^ 2 + w ^ 2) * (b ^ 2 + z ^ 2)); [lra|]. apply Rmult_le_compat_l; lra.
  Qed.

  Lemma root_inequality :
    A * (1 - c) - p' <= sqrt (((1 - x) ^ 2 * A + x ^ 2 * sigma ^ 2) * (theta * (A + sigma ^ 2))).
  Proof.
    destruct feasible0 as (PY & Short & I & II).
    set (s := sqrt A) in *.
    assert (S2 : s ^ 2 = A) by (apply pow2_sqrt; exact A_nonneg).
    assert (R2 : radius sigma A ^ 2 = A + sigma ^ 2) by (apply pow2_sqrt; pose proof (pow2_ge_0 sigma); lra).
    assert (RP : 0 <= radius sigma A) by apply sqrt_pos.
    unfold eta in I. set (r := radius sigma A) in *.
    assert (Sq : a0 ^ 2 <= Y ^ 2) by (rewrite <- pow2_abs; apply pow_incr; split; [apply Rabs_pos | exact Short]).
    set (z := sqrt (Y ^ 2 - a0 ^ 2)) in *.
    assert (Z2 : z ^ 2 = Y ^ 2 - a0 ^ 2) by (apply pow2_sqrt; lra).
    (* the error splits into a part along F and one across it *)
    assert (Split : (s - a0) ^ 2 + z ^ 2 <= (rho * r) ^ 2) by (rewrite Z2, <- S2 in *; lra).
    pose proof (plane ((1 - x) * s) (x * sigma) (s - a0) z (rho * r)) as CS.
    replace (((1 - x) * s) ^ 2 + (x * sigma) ^ 2) with ((1 - x) ^ 2 * A + x ^ 2 * sigma ^ 2) in CS
      by (rewrite <- S2; ring).
    replace ((rho * r) ^ 2) with (theta * (A + sigma ^ 2)) in * by (rewrite <- R2; unfold theta; ring).
    apply Rle_trans with (2 := CS (Rmult_le_pos _ _ (proj1 rho_range) RP) Split).
    assert (Half : x / 2 * Y ^ 2 <= x / 2 * (2 * a0 * s - A + theta * (A + sigma ^ 2))).
    { apply Rmult_le_compat_l; [lra|].
      replace (rho * r + 0 * Y + 0) with (rho * r) in I by ring.
      replace ((rho * r) ^ 2) with (theta * (A + sigma ^ 2)) in I by (rewrite <- R2; unfold theta; ring). lra. }
    replace ((1 - x) * s * (s - a0)) with ((1 - x) * (A - a0 * s)) by (rewrite <- S2; ring).
    unfold p', c. lra.
  Qed.

  Lemma leading : 0 < a /\ 0 < 1 - c.
  Proof.
    assert (C : 0 < 1 - c - rho * (1 - x)).
    { replace (1 - c - rho * (1 - x)) with ((1 - rho) * (1 - x * (1 - rho) / 2)) by (unfold c, theta; field).
      apply Rmult_lt_0_compat; [lra|]. nra. }
    assert (Pos : 0 <= rho * (1 - x)) by (apply Rmult_le_pos; lra).
    split; [|lra]. unfold a, theta.
    replace ((1 - c) ^ 2 - rho ^ 2 * (1 - x) ^ 2) with ((1 - c - rho * (1 - x)) * (1 - c + rho * (1 - x))) by ring.
    apply Rmult_lt_0_compat; lra.
  Qed.

  (* Claim: sync.closed_form *)
  Theorem synchronous_bound : A <= synchronous p x sigma rho.
  Proof.
    destruct leading as [La Lc].
    assert (Slack : forall t, 0 <= t -> 0 <= ((1 - x) ^ 2 * t + x ^ 2 * sigma ^ 2) * (theta * (t + sigma ^ 2))).
    { intros t Ht. pose proof (pow2_ge_0 (1 - x)). pose proof (pow2_ge_0 (x * sigma)). pose proof (pow2_ge_0 sigma).
      pose proof (pow2_ge_0 rho). pose proof (Rmult_le_pos _ _ H Ht).
      apply Rmult_le_pos; [lra|]. apply Rmult_le_pos; [exact H2 | lra]. }
    assert (Form : forall t, a * t ^ 2 - B * t + k =
      (t * (1 - c) - p') ^ 2 - ((1 - x) ^ 2 * t + x ^ 2 * sigma ^ 2) * (theta * (t + sigma ^ 2)))
      by (intros; unfold a, B, k; ring).
    pose proof root_inequality as Root. set (t := p' / (1 - c)).
    destruct (Rle_lt_dec (A * (1 - c) - p') 0) as [Low|High].
    - assert (Pp : 0 <= p').
      { unfold p', c, theta. pose proof (pow2_ge_0 rho). pose proof (pow2_ge_0 sigma).
        apply Rplus_le_le_0_compat; [exact p_nonneg|]. apply Rmult_le_pos; [apply Rmult_le_pos; lra | exact H0]. }
      assert (Ht : 0 <= t) by (apply Rmult_le_pos; [exact Pp | left; now apply Rinv_0_lt_compat]).
      apply Rle_trans with t.
      + apply Rmult_le_reg_r with (1 - c); [exact Lc|]. unfold t, Rdiv. rewrite Rmult_assoc, Rinv_l; lra.
      + apply below_larger_root; [exact La|]. fold theta c p' a B k. rewrite Form.
        replace (t * (1 - c) - p') with 0 by (unfold t; field; lra). pose proof (Slack t Ht). lra.
    - apply below_larger_root; [exact La|]. fold theta c p' a B k. rewrite Form.
      pose proof (Slack A A_nonneg) as SA.
      pose proof (pow_incr _ _ 2 (conj (Rlt_le _ _ High) Root)) as Sq. rewrite pow2_sqrt in Sq by exact SA. lra.
  Qed.
End synchronous.

(** Without drift either it is the classical bound. *)
(* Claim: master.classical *)
Theorem classical_bound p x sigma A Y a :
  0 <= x < 1 -> 0 <= sigma -> 0 <= A -> feasible p x sigma 0 0 0 A Y a ->
  A <= (p + x * sigma ^ 2 / 2) / (1 - x / 2).
Proof.
  intros Hx Hs HA (PY & Short & I & II). unfold eta in I.
  assert (S2 : sqrt A ^ 2 = A) by now apply pow2_sqrt. set (s := sqrt A) in *.
  assert (Sq : a ^ 2 <= Y ^ 2) by (rewrite <- pow2_abs; apply pow_incr; split; [apply Rabs_pos | exact Short]).
  (* no error: v = F *)
  assert (Eq : (s - a) ^ 2 + (Y ^ 2 - a ^ 2) <= 0) by (rewrite <- S2 in I; lra).
  pose proof (pow2_ge_0 (s - a)).
  assert (E2 : Y ^ 2 - a ^ 2 = 0) by lra.
  assert (E1 : s - a = 0) by (apply Rsqr_0_uniq; rewrite Rsqr_pow2; lra).
  rewrite E2, sqrt_0 in II. assert (a = s) as -> by lra.
  apply Rmult_le_reg_r with (1 - x / 2); [lra|]. unfold Rdiv at 2. rewrite Rmult_assoc, Rinv_l by lra.
  replace (Y ^ 2) with A in II by lra. lra.
Qed.
