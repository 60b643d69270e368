(** Theorem 1 by one multiplier: what a numeric search for A_sharp rests on.

    Adding 2 mu times (ii) to (i) eliminates a and Y and leaves A <= G(A; mu); and as G(t A) >= t G(A) for t <= 1,
    one number A1 with G(A1; mu) < A1 lies above every feasible A. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Sums InnerProduct Master Synchronous.
Local Open Scope R_scope.

(** * Functions that shrink no faster than their argument *)

Definition star_shaped (G : R -> R) : Prop := forall t A, 0 <= t <= 1 -> 0 <= A -> t ^ 2 * G A <= G (t ^ 2 * A).

(** The bound for any saturation term T, and noise of any energy and any cross term g sigma with what lies across the
    gradient: (i) plus 2 mu times (ii), Cauchy-Schwarz in the plane of a and S, and the square in Y completed. *)
(* Claim: multiplier.bound *)
Theorem multiplier_bound_any p x energy g sigma T q qn mu A r Y a S u :
  0 <= Y -> 0 <= mu -> 0 < 1 - q ^ 2 - mu * x -> r ^ 2 = A -> S ^ 2 = Y ^ 2 - a ^ 2 ->
  0 <= u -> u ^ 2 = (1 - mu) ^ 2 * A + (mu * (g * sigma)) ^ 2 ->
  A + Y ^ 2 - 2 * a * r <= (T + q * Y + qn) ^ 2 ->
  a * r <= p + x / 2 * Y ^ 2 + energy / 2 + g * sigma * S ->
  A <= (T + qn) ^ 2 + mu * (2 * p + energy) + (u + q * (T + qn)) ^ 2 / (1 - q ^ 2 - mu * x).
Proof.
  intros HY Hm Den Er ES Hu Eu I II. set (s := 1 - q ^ 2 - mu * x) in *. set (E := T + qn).
  assert (CS : (1 - mu) * r * a + mu * (g * sigma) * S <= u * Y).
  { apply root_order; [now apply Rmult_le_pos|]. rewrite Rpow_mult_distr, Eu, <- Er.
    replace (Y ^ 2) with (a ^ 2 + S ^ 2) by lra.
    pose proof (pow2_ge_0 ((1 - mu) * r * S - mu * (g * sigma) * a)). lra. }
  apply (Rmult_le_compat_l (2 * mu)) in II; [|lra].
  assert (Sq : 2 * (u + q * E) * Y <= s * Y ^ 2 + (u + q * E) ^ 2 / s).
  { apply Rmult_le_reg_l with s; [exact Den|].
    replace (s * (s * Y ^ 2 + (u + q * E) ^ 2 / s))
      with ((s * Y - (u + q * E)) ^ 2 + s * (2 * (u + q * E) * Y)) by (field; lra).
    pose proof (pow2_ge_0 (s * Y - (u + q * E))). lra. }
  replace (T + q * Y + qn) with (E + q * Y) in I by (unfold E; ring). unfold s in Sq at 1. lra.
Qed.

(** Where the noise meets only z, no more than Y and than the error: (i) plus 2 mu times (ii), z shared between the
    two by theta, and the square in Y completed. *)
(* Claim: multiplier.bound_resolved *)
Theorem multiplier_bound_resolved p x energy w T q qn mu theta A r Y a z c :
  0 <= Y -> 0 <= mu -> 0 < 1 - q ^ 2 - mu * x -> 0 <= r -> a ^ 2 <= Y ^ 2 -> 0 <= w -> 0 <= theta <= 1 ->
  z <= Y -> z <= T + q * Y + qn -> 0 <= c -> c ^ 2 = (1 - mu) ^ 2 ->
  A + Y ^ 2 - 2 * a * r <= (T + q * Y + qn) ^ 2 ->
  a * r <= p + x / 2 * Y ^ 2 + energy / 2 + w * z ->
  A <= (T + qn) ^ 2 + mu * (2 * p + energy) + 2 * (mu * w * (1 - theta)) * (T + qn)
    + (c * r + mu * w * (theta + (1 - theta) * q) + q * (T + qn)) ^ 2 / (1 - q ^ 2 - mu * x).
Proof.
  intros HY Hm Den Hr Sq Hw Ht ZY Ze Hc Ec I II. set (s := 1 - q ^ 2 - mu * x) in *. set (E := T + qn).
  assert (Along : (1 - mu) * (a * r) <= c * r * Y).
  { apply root_order; [repeat apply Rmult_le_pos; assumption|].
    replace (((1 - mu) * (a * r)) ^ 2) with ((1 - mu) ^ 2 * r ^ 2 * a ^ 2) by ring.
    replace ((c * r * Y) ^ 2) with (c ^ 2 * r ^ 2 * Y ^ 2) by ring. rewrite Ec.
    apply Rmult_le_compat_l; [apply Rmult_le_pos; apply pow2_ge_0 | exact Sq]. }
  assert (Share : z <= theta * Y + (1 - theta) * (E + q * Y)).
  { pose proof (Rmult_le_compat_l theta _ _ (proj1 Ht) ZY).
    pose proof (Rmult_le_compat_l (1 - theta) _ _ ltac:(lra) Ze). unfold E. lra. }
  apply (Rmult_le_compat_l (mu * w)) in Share; [|now apply Rmult_le_pos].
  apply (Rmult_le_compat_l (2 * mu)) in II; [|lra]. set (u := c * r + mu * w * (theta + (1 - theta) * q)).
  assert (Best : 2 * (u + q * E) * Y <= s * Y ^ 2 + (u + q * E) ^ 2 / s).
  { apply Rmult_le_reg_l with s; [exact Den|].
    replace (s * (s * Y ^ 2 + (u + q * E) ^ 2 / s)) with ((s * Y - (u + q * E)) ^ 2 + s * (2 * (u + q * E) * Y))
      by (field; lra).
    pose proof (pow2_ge_0 (s * Y - (u + q * E))). lra. }
  replace (T + q * Y + qn) with (E + q * Y) in I by (unfold E; ring). unfold s in Best at 1. unfold u in Best at 1. lra.
Qed.

(** The right-hand side on a ray: with f <= h in the place of the roots of A1 and A. *)
Definition side (C k q s E V : R) : R := E ^ 2 + C + 2 * k * E + (V + q * E) ^ 2 / s.

(* Claim: multiplier.ray *)
Theorem side_on_a_ray C k q s E E1 V V1 f h :
  0 <= f -> f <= h -> 0 <= q -> 0 <= C -> 0 <= k -> 0 <= E -> 0 <= V -> 0 < s ->
  E * f <= E1 * h -> V * f <= V1 * h -> f ^ 2 * side C k q s E V <= h ^ 2 * side C k q s E1 V1.
Proof.
  intros Hf Hh Hq HC Hk HE HV Hs LE LV. pose proof (Rmult_le_pos E f HE Hf) as PE. pose proof (Rmult_le_pos V f HV Hf).
  pose proof (pow_incr _ _ 2 (conj Hf Hh)) as F2. pose proof (pow_incr _ _ 2 (conj PE LE)) as E2.
  pose proof (Rmult_le_compat_l q _ _ Hq LE) as QE. pose proof (Rmult_le_pos q _ Hq PE).
  assert (B2 : (V * f + q * (E * f)) ^ 2 <= (V1 * h + q * (E1 * h)) ^ 2) by (apply pow_incr; lra).
  assert (K1 : k * f * (E * f) <= k * h * (E1 * h)).
  { apply Rmult_le_compat; [now apply Rmult_le_pos | exact PE | now apply Rmult_le_compat_l | exact LE]. }
  apply (Rmult_le_compat_r (/ s)) in B2; [|left; now apply Rinv_0_lt_compat].
  apply (Rmult_le_compat_r C) in F2; [|exact HC]. unfold side.
  replace (f ^ 2 * (E ^ 2 + C + 2 * k * E + (V + q * E) ^ 2 / s))
    with ((E * f) ^ 2 + f ^ 2 * C + 2 * (k * f * (E * f)) + (V * f + q * (E * f)) ^ 2 * / s) by (field; lra).
  replace (h ^ 2 * (E1 ^ 2 + C + 2 * k * E1 + (V1 + q * E1) ^ 2 / s))
    with ((E1 * h) ^ 2 + h ^ 2 * C + 2 * (k * h * (E1 * h)) + (V1 * h + q * (E1 * h)) ^ 2 * / s) by (field; lra). lra.
Qed.

(** One number excludes all above it. *)
Lemma excluded G A1 A : star_shaped G -> 0 < A1 -> G A1 < A1 -> 0 <= A -> A <= G A -> A < A1.
Proof.
  intros Star P1 Below HA B. apply Rnot_le_lt. intros Above.
  set (t := sqrt (A1 / A)). assert (PA : 0 < A) by lra.
  assert (Q : 0 <= A1 / A <= 1).
  { split; [left; now apply Rdiv_lt_0_compat|].
    apply Rmult_le_reg_r with A; [exact PA|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra. }
  assert (T2 : t ^ 2 = A1 / A) by (apply pow2_sqrt; lra).
  assert (T : 0 <= t <= 1).
  { split; [apply sqrt_pos|]. rewrite <- sqrt_1. now apply sqrt_le_1_alt. }
  specialize (Star t A T HA). rewrite T2 in Star. replace (A1 / A * A) with A1 in Star by (field; lra).
  apply (Rmult_le_compat_l (A1 / A)) in B; [|lra].
  replace (A1 / A * A) with A1 in B by (field; lra). lra.
Qed.

Lemma root_shrinks t y z : 0 <= t -> 0 <= y -> t ^ 2 * y <= z -> t * sqrt y <= sqrt z.
Proof.
  intros T0 Hy L. rewrite <- (sqrt_pow2 t T0) at 1. rewrite <- sqrt_mult by (try exact Hy; apply pow2_ge_0).
  now apply sqrt_le_1_alt.
Qed.

(** [energy]: what the noise costs of itself; [w]: its cross term with what it meets;
    [D]: what the device makes of it. *)
Section multiplier.
  Variables p x energy w rho D q qn mu theta : R.
  Hypothesis p_nonneg : 0 <= p.
  Hypothesis energy_nonneg : 0 <= energy.
  Hypothesis D_nonneg : 0 <= D.
  Hypothesis q_nonneg : 0 <= q.
  Hypothesis qn_nonneg : 0 <= qn.
  Hypothesis mu_nonneg : 0 <= mu.
  Let s := 1 - q ^ 2 - mu * x.
  Hypothesis s_pos : 0 < s.

  (** The drift is at most sqrt (rho^2 A + D): rho R, or less where the saturation was measured. *)
  Definition drift (A : R) : R := sqrt (rho ^ 2 * A + D).
  Definition early (A : R) : R := drift A + qn.

  (** [start]: what the start and the noise along the path cost; [gain A]: what v gains, per unit of Y; [paid]: the
      weight of what is paid as [early A]. *)
  Definition start : R := mu * (2 * p + energy).
  Definition right_side (paid : R) (gain : R -> R) (A : R) : R := side start paid q s (early A) (gain A).

  Lemma early_nonneg A : 0 <= early A.
  Proof. apply Rplus_le_le_0_compat; [apply sqrt_pos | exact qn_nonneg]. Qed.

  Lemma start_nonneg : 0 <= start.
  Proof. apply Rmult_le_pos; lra. Qed.

  Lemma square_at_most_1 t : 0 <= t <= 1 -> t ^ 2 <= 1.
  Proof. intros Ht. rewrite <- (pow1 2). apply pow_incr. lra. Qed.

  Lemma affine_shrinks k d t A : 0 <= k -> 0 <= d -> 0 <= t <= 1 -> 0 <= A ->
    t * sqrt (k * A + d) <= sqrt (k * (t ^ 2 * A) + d).
  Proof.
    intros Hk Hd Ht HA. pose proof (Rmult_le_pos _ _ Hk HA). apply root_shrinks; [lra | lra|].
    pose proof (Rmult_le_compat_r _ _ _ Hd (square_at_most_1 t Ht)). lra.
  Qed.

  Theorem right_side_star_shaped paid gain :
    0 <= paid -> (forall A, 0 <= gain A) -> (forall t A, 0 <= t <= 1 -> 0 <= A -> t * gain A <= gain (t ^ 2 * A)) ->
    star_shaped (right_side paid gain).
  Proof.
    intros Hp Hg Shrinks t A Ht HA. pose proof (affine_shrinks _ _ t A (pow2_ge_0 rho) D_nonneg Ht HA) as E.
    pose proof (Rmult_le_compat_r qn t 1 qn_nonneg (proj2 Ht)).
    rewrite <- (Rmult_1_l (right_side paid gain (t ^ 2 * A))), <- (pow1 2).
    apply side_on_a_ray; auto using early_nonneg, start_nonneg; try lra; rewrite ?Rmult_1_r, Rmult_comm;
      [|now apply Shrinks].
    unfold early, drift. lra.
  Qed.

  (** * The sharp form *)

  Definition plane_gain (A : R) : R := sqrt ((1 - mu) ^ 2 * A + (mu * w) ^ 2).

  Theorem multiplier_bound A Y a :
    0 <= A -> 0 <= Y -> a ^ 2 <= Y ^ 2 -> A + Y ^ 2 - 2 * a * sqrt A <= (early A + q * Y) ^ 2 ->
    a * sqrt A <= p + x / 2 * Y ^ 2 + energy / 2 + w * sqrt (Y ^ 2 - a ^ 2) -> A <= right_side 0 plane_gain A.
  Proof.
    intros HA PY Sq I II. pose proof (Rmult_le_pos _ _ (pow2_ge_0 (1 - mu)) HA). pose proof (pow2_ge_0 (mu * w)).
    pose proof (multiplier_bound_any p x energy w 1 (drift A) q qn mu A (sqrt A) Y a (sqrt (Y ^ 2 - a ^ 2))
      (plane_gain A)
      PY mu_nonneg s_pos ltac:(now apply pow2_sqrt) ltac:(apply pow2_sqrt; lra) (sqrt_pos _)
      ltac:(unfold plane_gain; rewrite pow2_sqrt by lra; ring)) as B.
    unfold right_side, side, start, early, s in *. rewrite !Rmult_1_r in B.
    replace (drift A + q * Y + qn) with (drift A + qn + q * Y) in B by ring. specialize (B I II). lra.
  Qed.

  (* Claim: multiplier.end *)
  Theorem multiplier_end A1 A Y a :
    0 < A1 -> right_side 0 plane_gain A1 < A1 ->
    0 <= A -> 0 <= Y -> a ^ 2 <= Y ^ 2 -> A + Y ^ 2 - 2 * a * sqrt A <= (early A + q * Y) ^ 2 ->
    a * sqrt A <= p + x / 2 * Y ^ 2 + energy / 2 + w * sqrt (Y ^ 2 - a ^ 2) -> A < A1.
  Proof.
    intros P1 Below HA PY Sq I II. apply (excluded (right_side 0 plane_gain)); auto;
      [|now apply multiplier_bound with Y a].
    apply right_side_star_shaped; [lra | intros; apply sqrt_pos|].
    intros. now apply affine_shrinks; auto using pow2_ge_0.
  Qed.

  (** * The noise-resolved form: the noise meets z, which is at most Y and at most the error *)

  Hypothesis theta_range : 0 <= theta <= 1.
  Hypothesis w_nonneg : 0 <= w.
  Definition shared : R := mu * w * (1 - theta).
  Definition line_gain (A : R) : R := Rabs (1 - mu) * sqrt A + mu * w * (theta + (1 - theta) * q).

  (* Claim: multiplier.end_resolved *)
  Theorem multiplier_end_resolved A1 A Y a z :
    0 < A1 -> right_side shared line_gain A1 < A1 ->
    0 <= A -> 0 <= Y -> a ^ 2 <= Y ^ 2 -> z <= Y -> z <= early A + q * Y ->
    A + Y ^ 2 - 2 * a * sqrt A <= (early A + q * Y) ^ 2 ->
    a * sqrt A <= p + x / 2 * Y ^ 2 + energy / 2 + w * z -> A < A1.
  Proof.
    intros P1 Below HA PY Sq ZY Ze I II. assert (W : 0 <= mu * w) by now apply Rmult_le_pos.
    assert (Fixed : 0 <= mu * w * (theta + (1 - theta) * q)).
    { apply Rmult_le_pos; [exact W|]. pose proof (Rmult_le_pos (1 - theta) q ltac:(lra) q_nonneg). lra. }
    apply (excluded (right_side shared line_gain)); auto.
    - apply right_side_star_shaped.
      + apply Rmult_le_pos; [exact W | lra].
      + intros B. apply Rplus_le_le_0_compat; [|exact Fixed]. apply Rmult_le_pos; [apply Rabs_pos | apply sqrt_pos].
      + intros t B Ht HB. unfold line_gain.
        pose proof (root_shrinks t B (t ^ 2 * B) (proj1 Ht) HB (Rle_refl _)) as Rt.
        apply (Rmult_le_compat_l (Rabs (1 - mu))) in Rt; [|apply Rabs_pos].
        pose proof (Rmult_le_compat_r _ _ _ Fixed (proj2 Ht)). lra.
    - pose proof (multiplier_bound_resolved p x energy w (drift A) q qn mu theta A (sqrt A) Y a z (Rabs (1 - mu))
        PY mu_nonneg s_pos (sqrt_pos A) Sq w_nonneg theta_range ZY) as B.
      unfold right_side, side, start, shared, line_gain, early, s in *.
      replace (drift A + q * Y + qn) with (drift A + qn + q * Y) in B by ring.
      specialize (B Ze (Rabs_pos _) (pow2_abs _) I II). lra.
  Qed.
End multiplier.

Lemma short_square a Y : Rabs a <= Y -> a ^ 2 <= Y ^ 2.
Proof. intros L. rewrite <- pow2_abs. apply pow_incr. split; [apply Rabs_pos | exact L]. Qed.

(** The noise-resolved Theorem 1, z = min (Y, eta (Y)). *)
Theorem multiplier_resolved p x xn sigma rho D q qn mu theta A1 A Y a :
  0 <= p -> 0 <= x -> 0 <= xn -> 0 <= sigma -> 0 <= D -> 0 <= q -> 0 <= qn -> 0 <= mu -> 0 < 1 - q ^ 2 - mu * x ->
  0 <= theta <= 1 -> 0 < A1 ->
  let w := sqrt (x * xn) * sigma in
  right_side p x (xn * sigma ^ 2) rho D q qn mu (shared w mu theta) (line_gain w q mu theta) A1 < A1 ->
  0 <= A -> feasible_resolved p x xn sigma 0 q (early rho D qn A) A Y a -> A < A1.
Proof.
  intros Hp Hx Hxn Hs HD Hq Hqn Hm Den Ht P1 w Below HA Fe. pose proof (early_nonneg rho D qn Hqn A) as E0.
  pose proof (resolved_printed p x xn sigma 0 q (early rho D qn A) A Y a Hs HA (Rle_refl 0) Hq E0 Fe) as II.
  destruct Fe as (PY & Short & I & _). assert (Ee : eta sigma 0 q (early rho D qn A) A Y = early rho D qn A + q * Y)
    by (unfold eta; ring). rewrite Ee in *.
  apply (multiplier_end_resolved p x (xn * sigma ^ 2) w rho D q qn mu theta) with (Y := Y) (a := a)
    (z := Rmin Y (early rho D qn A + q * Y)); auto using short_square, Rmin_l, Rmin_r.
  - pose proof (Rmult_le_pos xn _ Hxn (pow2_ge_0 sigma)). lra.
  - apply Rmult_le_pos; [apply sqrt_pos | exact Hs].
  - unfold w. lra.
Qed.

(** Theorem 1: with D = (rho sigma)^2 the drift is rho R. *)
(* Claim: multiplier.sharp *)
Theorem multiplier_sharp p x sigma rho q qn mu A1 A Y a :
  0 <= p -> 0 <= x -> 0 <= sigma -> 0 <= rho -> 0 <= q -> 0 <= qn -> 0 <= mu -> 0 < 1 - q ^ 2 - mu * x ->
  0 < A1 ->
  right_side p x (x * sigma ^ 2) rho ((rho * sigma) ^ 2) q qn mu 0 (plane_gain (x * sigma) mu) A1 < A1 ->
  0 <= A -> feasible p x sigma rho q qn A Y a -> A < A1.
Proof.
  intros Hp Hx Hs Hr Hq Hn Hm Den P1 Below HA (PY & Short & I & II).
  assert (D : drift rho ((rho * sigma) ^ 2) A = rho * radius sigma A).
  { unfold drift, radius. rewrite <- (sqrt_pow2 rho Hr) at 3.
    rewrite <- sqrt_mult; [f_equal; ring | apply pow2_ge_0 | pose proof (pow2_ge_0 sigma); lra]. }
  apply (multiplier_end p x (x * sigma ^ 2) (x * sigma) rho ((rho * sigma) ^ 2) q qn mu) with (Y := Y) (a := a);
    auto using short_square, pow2_ge_0.
  - pose proof (Rmult_le_pos x _ Hx (pow2_ge_0 sigma)). lra.
  - unfold early. rewrite D. unfold eta in I. replace (rho * radius sigma A + qn + q * Y)
      with (rho * radius sigma A + q * Y + qn) by ring. exact I.
  - lra.
Qed.
