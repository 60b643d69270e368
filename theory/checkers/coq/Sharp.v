(** The sharp bound as a number: the supremum of the feasible set.  It lies below the explicit bound, and without
    lag it is the closed form, which is attained. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Sums InnerProduct Master Synchronous.
Local Open Scope R_scope.

Definition feasible_value (p x sigma rho q qn A : R) : Prop :=
  0 <= A /\ exists Y a, feasible p x sigma rho q qn A Y a.

Section sharp.
  Variables p x sigma rho q qn : R.
  Hypothesis p_nonneg : 0 <= p.
  Hypothesis x_nonneg : 0 <= x.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis inside : domain x rho q.

  Lemma zero_feasible : feasible_value p x sigma rho q qn 0.
  Proof.
    split; [lra|]. exists 0, 0. unfold feasible. rewrite Rabs_R0, sqrt_0.
    replace (0 ^ 2 - 0 ^ 2) with 0 by ring. rewrite sqrt_0.
    repeat split; try lra.
    - replace (0 + 0 ^ 2 - 2 * 0 * 0) with 0 by ring. apply pow2_ge_0.
    - pose proof (Rmult_le_pos x (sigma ^ 2) x_nonneg (pow2_ge_0 sigma)). lra.
  Qed.

  Definition sharp_lub : { m : R | is_lub (feasible_value p x sigma rho q qn) m }.
  Proof.
    apply completeness.
    - exists (explicit p x sigma rho q qn). intros A (HA & Y & a & Fe).
      now apply sharp_le_explicit with (Y := Y) (a := a).
    - exists 0. exact zero_feasible.
  Defined.

  (** A_sharp. *)
  Definition sharp_bound : R := proj1_sig sharp_lub.

  Theorem below_sharp_bound A Y a : 0 <= A -> feasible p x sigma rho q qn A Y a -> A <= sharp_bound.
  Proof. intros HA Fe. apply (proj1 (proj2_sig sharp_lub)). split; [exact HA|]. now exists Y, a. Qed.

  (* Claim: master.sharp_le_explicit *)
  Theorem sharp_bound_le_explicit : sharp_bound <= explicit p x sigma rho q qn.
  Proof.
    apply (proj2 (proj2_sig sharp_lub)). intros A (HA & Y & a & Fe). now apply sharp_le_explicit with (Y := Y) (a := a).
  Qed.
End sharp.

(** * Without lag the closed form is the supremum *)

(** Where the root inequality is an equality, with G the length that the gradient and the noise have together, the
    point is this one; both constraints hold with equality. *)
(* Claim: sync.attained *)
Theorem attained_point p x sigma rho A r radius G Y a S :
  0 <= x -> 0 <= rho -> 0 <= sigma -> 0 <= radius ->
  r ^ 2 = A -> radius ^ 2 = A + sigma ^ 2 -> G ^ 2 = (1 - x) ^ 2 * A + x ^ 2 * sigma ^ 2 -> 0 < G ->
  A * (1 - x / 2 * (1 + rho ^ 2)) - (p + x / 2 * (1 + rho ^ 2) * sigma ^ 2) = G * (rho * radius) ->
  a = r - rho * radius * ((1 - x) * r) / G -> S = rho * radius * (x * sigma) / G -> Y ^ 2 = a ^ 2 + S ^ 2 ->
  0 <= S /\ a ^ 2 <= Y ^ 2 /\ A + Y ^ 2 - 2 * a * r = (rho * radius) ^ 2 /\
  a * r = p + x / 2 * (Y ^ 2 + sigma ^ 2) + x * sigma * S.
Proof.
  intros Hx Hr Hs HR Er ER EG Gp Eq Ea ES EY. set (u := rho * radius / G).
  assert (U : u * G = rho * radius) by (unfold u; field; lra).
  assert (Ea' : a = r - u * ((1 - x) * r)) by (rewrite Ea; unfold u; field; lra).
  assert (ES' : S = u * (x * sigma)) by (rewrite ES; unfold u; field; lra).
  assert (Near : A + Y ^ 2 - 2 * a * r = (rho * radius) ^ 2).
  { rewrite EY, <- U, Rpow_mult_distr, EG, <- Er, Ea', ES'. ring. }
  assert (Across : a * r * (1 - x) - x * sigma * S = (1 - x) * A - G * (rho * radius)).
  { replace (G * (rho * radius)) with (u * G ^ 2) by (rewrite <- U; ring). rewrite EG, <- Er, Ea', ES'. ring. }
  split.
  { rewrite ES. apply Rmult_le_pos; [|left; now apply Rinv_0_lt_compat]. repeat apply Rmult_le_pos; assumption. }
  split; [pose proof (pow2_ge_0 S); lra|]. split; [exact Near|].
  rewrite <- Eq in Across. rewrite Rpow_mult_distr, ER in Near.
  pose proof (f_equal (Rmult (x / 2)) Near) as N. cbv beta in N. lra.
Qed.

Section attained.
  Variables p x sigma rho : R.
  Hypothesis p_nonneg : 0 <= p.
  Hypothesis x_range : 0 <= x < 1.
  Hypothesis rho_range : 0 <= rho < 1.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Let theta := rho ^ 2.
  Let c := x / 2 * (1 + theta).
  Let p' := p + c * sigma ^ 2.
  Let width2 (A : R) : R := (1 - x) ^ 2 * A + x ^ 2 * sigma ^ 2.

  (** Where the root inequality is an equality, v is F less a drift straight down the gradient of the constraint. *)
  Theorem equality_attained A :
    0 <= A -> 0 < width2 A -> A * (1 - c) - p' = sqrt (width2 A * (theta * (A + sigma ^ 2))) ->
    exists Y a, feasible p x sigma rho 0 0 A Y a.
  Proof.
    intros HA Pos Eq.
    set (s := sqrt A). assert (S2 : s ^ 2 = A) by now apply pow2_sqrt. assert (S0 : 0 <= s) by apply sqrt_pos.
    set (g := sqrt (width2 A)). assert (G2 : g ^ 2 = width2 A) by (apply pow2_sqrt; lra).
    assert (G0 : 0 < g) by now apply sqrt_lt_R0.
    set (r := radius sigma A). assert (R2 : r ^ 2 = A + sigma ^ 2) by (apply pow2_sqrt; pose proof (pow2_ge_0 sigma);
      lra).
    assert (R0 : 0 <= r) by apply sqrt_pos.
    assert (Eq' : A * (1 - c) - p' = g * (rho * r)).
    { rewrite Eq, (sqrt_mult_alt (width2 A)) by (apply Rlt_le; exact Pos). fold g. f_equal. unfold theta.
      rewrite <- R2, <- Rpow_mult_distr.
      apply sqrt_pow2. apply Rmult_le_pos; lra. }
    set (b := rho * r * ((1 - x) * s) / g). set (z := rho * r * (x * sigma) / g).
    assert (Z0 : 0 <= z).
    { unfold z. apply Rmult_le_pos; [|left; now apply Rinv_0_lt_compat].
      repeat apply Rmult_le_pos; lra. }
    assert (Bz : b ^ 2 + z ^ 2 = (rho * r) ^ 2).
    { unfold b, z. replace ((rho * r * ((1 - x) * s) / g) ^ 2 + (rho * r * (x * sigma) / g) ^ 2)
        with ((rho * r) ^ 2 * ((1 - x) ^ 2 * s ^ 2 + x ^ 2 * sigma ^ 2) / g ^ 2) by (field; lra).
      rewrite S2, G2. fold (width2 A). field. lra. }
    set (a := s - b). set (Y := sqrt (a ^ 2 + z ^ 2)).
    pose proof (pow2_ge_0 a) as A2. pose proof (pow2_ge_0 z) as Z2.
    assert (Y2 : Y ^ 2 = a ^ 2 + z ^ 2) by (apply pow2_sqrt; lra).
    exists Y, a. unfold feasible. fold s. unfold eta. fold r.
    split; [apply sqrt_pos|]. split.
    { rewrite <- sqrt_Rsqr_abs, Rsqr_pow2. apply sqrt_le_1_alt. lra. }
    replace (Y ^ 2 - a ^ 2) with (z ^ 2) by lra. rewrite sqrt_pow2 by exact Z0.
    split.
    - rewrite Y2. replace ((rho * r + 0 * _ + 0) ^ 2) with ((rho * r) ^ 2) by ring. rewrite <- Bz, <- S2. unfold a. lra.
    - (* (ii) times g, cleared *)
      apply Req_le.
      assert (Lin : (1 - x) * s * b + x * sigma * z = g * (rho * r)).
      { unfold b, z. replace ((1 - x) * s * (rho * r * ((1 - x) * s) / g) + x * sigma * (rho * r * (x * sigma) / g))
          with (rho * r * ((1 - x) ^ 2 * s ^ 2 + x ^ 2 * sigma ^ 2) / g) by (field; lra).
        rewrite S2. fold (width2 A). rewrite <- G2. field. lra. }
      rewrite Y2. rewrite <- Lin in Eq'. unfold p', c in Eq'.
      assert (Bz' : b ^ 2 + z ^ 2 = theta * (A + sigma ^ 2)) by (rewrite Bz, Rpow_mult_distr, R2; reflexivity).
      pose proof (f_equal (Rmult x) S2) as XS. pose proof (f_equal (Rmult x) Bz') as XB. cbv beta in XS, XB.
      unfold a. clear - Eq' S2 XS XB. lra.
  Qed.

  Hypothesis not_still : 0 < x * sigma \/ 0 < p.

  Theorem closed_form_is_sharp : is_lub (feasible_value p x sigma rho 0 0) (synchronous p x sigma rho).
  Proof.
    split; [intros A (HA & Y & a & Fe); now apply synchronous_bound with (Y := Y) (a0 := a)|].
    set (a := (1 - c) ^ 2 - theta * (1 - x) ^ 2).
    set (B := 2 * p' * (1 - c) + theta * sigma ^ 2 * ((1 - x) ^ 2 + x ^ 2)).
    set (k := p' ^ 2 - theta * sigma ^ 4 * x ^ 2).
    set (A := synchronous p x sigma rho).
    pose proof (pow2_ge_0 rho) as Th. pose proof (pow2_ge_0 sigma) as S2. pose proof (pow2_ge_0 x) as X2.
    assert (Pp : 0 <= p').
    { unfold p', c, theta. apply Rplus_le_le_0_compat; [exact p_nonneg|].
      apply Rmult_le_pos; [apply Rmult_le_pos; lra | exact S2]. }
    destruct (leading x rho x_range rho_range) as [La Lc]. fold theta c in La, Lc. fold a in La.
    assert (Form : forall t, a * t ^ 2 - B * t + k = (t * (1 - c) - p') ^ 2 - width2 t * (theta * (t + sigma ^ 2)))
      by (intros; unfold a, B, k, width2; ring).
    assert (W0 : forall t, 0 <= t -> 0 <= width2 t).
    { intros t Ht. unfold width2. pose proof (Rmult_le_pos _ _ (pow2_ge_0 (1 - x)) Ht).
      pose proof (Rmult_le_pos _ _ X2 S2). lra. }
    set (t0 := p' / (1 - c)).
    assert (T0 : 0 <= t0) by (apply Rmult_le_pos; [exact Pp | left; now apply Rinv_0_lt_compat]).
    assert (Neg : a * t0 ^ 2 - B * t0 + k <= 0).
    { rewrite Form. replace (t0 * (1 - c) - p') with 0 by (unfold t0; field; lra).
      assert (0 <= theta * (t0 + sigma ^ 2)) by (apply Rmult_le_pos; [exact Th | lra]).
      pose proof (Rmult_le_pos _ _ (W0 t0 T0) H). lra. }
    assert (Above : t0 <= A) by exact (below_larger_root a B k t0 La Neg).
    assert (Disc : 0 <= B ^ 2 - 4 * a * k).
    { pose proof (pow2_ge_0 (2 * a * t0 - B)). apply (Rmult_le_compat_l (4 * a)) in Neg; [|lra]. lra. }
    assert (Zero : a * A ^ 2 - B * A + k = 0).
    { change A with ((B + sqrt (B ^ 2 - 4 * a * k)) / (2 * a)). set (d := sqrt (B ^ 2 - 4 * a * k)).
      assert (D2 : d ^ 2 = B ^ 2 - 4 * a * k) by now apply pow2_sqrt.
      replace (a * ((B + d) / (2 * a)) ^ 2 - B * ((B + d) / (2 * a)) + k)
        with ((d ^ 2 - (B ^ 2 - 4 * a * k)) / (4 * a)) by (field; lra).
      rewrite D2. field. lra. }
    assert (A0 : 0 <= A) by lra.
    intros m Up. apply Up. split; [exact A0|]. apply equality_attained; [exact A0| |].
    - unfold width2. destruct not_still as [N|N].
      + assert (0 < (x * sigma) ^ 2) by now apply pow_lt. pose proof (Rmult_le_pos _ _ (pow2_ge_0 (1 - x)) A0). lra.
      + assert (0 < A).
        { apply Rlt_le_trans with (2 := Above). apply Rdiv_lt_0_compat; [|exact Lc].
          unfold p'. assert (0 <= c * sigma ^ 2) by (apply Rmult_le_pos; [unfold c, theta; apply Rmult_le_pos;
            lra | exact S2]). lra. }
        assert (0 < (1 - x) ^ 2) by (apply pow_lt; lra). pose proof (Rmult_lt_0_compat _ _ H0 H).
        pose proof (Rmult_le_pos _ _ X2 S2). lra.
    - rewrite Form in Zero. symmetry. apply sqrt_lem_1.
      + apply Rmult_le_pos; [now apply W0 | apply Rmult_le_pos; [exact Th | lra]].
      + apply (Rmult_le_compat_r (1 - c)) in Above; [|lra].
        unfold t0, Rdiv in Above. rewrite Rmult_assoc, Rinv_l in Above; lra.
      + lra.
  Qed.
End attained.

Print Assumptions sharp_bound_le_explicit.
Print Assumptions closed_form_is_sharp.
