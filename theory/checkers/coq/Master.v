(** The master theorem: Hilbert-space geometry first, then real algebra (docs/theory.md#theorem-1).

    F is the gradient, n the noise, h the error of the direction and v = F + h; A = |F|^2, Y = |v|.  Telescoping
    gives <F, v> <= p + (x/2)|v + n|^2, staleness and drift give |h| <= rho R + q Y + qn.  The rest is here:
    Theorem 1 is the set [feasible], Theorem 2 the bound [explicit], Theorem 3 its form linear in A. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Sums InnerProduct.
Local Open Scope R_scope.

(** * The statements *)

(** Theorem 1: the constraints (i) and (ii) on A, with Y = |v| and a the component of v along F. *)
Definition radius (sigma A : R) : R := sqrt (A + sigma ^ 2).
Definition eta (sigma rho q qn A Y : R) : R := rho * radius sigma A + q * Y + qn.

Definition feasible (p x sigma rho q qn A Y a : R) : Prop :=
  0 <= Y /\ Rabs a <= Y /\
  A + Y ^ 2 - 2 * a * sqrt A <= eta sigma rho q qn A Y ^ 2 /\
  a * sqrt A <= p + x / 2 * (Y ^ 2 + sigma ^ 2) + x * sigma * sqrt (Y ^ 2 - a ^ 2).

(** Its noise-resolved form: xn is the step seen by the noise. *)
Definition feasible_resolved (p x xn sigma rho q qn A Y a : R) : Prop :=
  0 <= Y /\ Rabs a <= Y /\
  A + Y ^ 2 - 2 * a * sqrt A <= eta sigma rho q qn A Y ^ 2 /\
  a * sqrt A <= p + x / 2 * Y ^ 2 + xn / 2 * sigma ^ 2 + sqrt (x * xn) * sigma * sqrt (Y ^ 2 - a ^ 2).

(** Where the theorems hold. *)
Definition domain (x rho q : R) : Prop := x < 1 /\ x + q ^ 2 < 1 /\ rho ^ 2 + q ^ 2 / (1 - x) < 1.

(** Theorem 2.  [energy] stands for x sigma^2 (resolved: xn sigma^2), [cross] for x sigma (sqrt (x xn) sigma). *)
Definition explicit_radius (p x energy cross sigma rho q qn : R) : R :=
  let s := 1 - x - q ^ 2 in
  let a := 1 - rho ^ 2 - rho ^ 2 * q ^ 2 / s in
  let B := rho * qn + rho * q * (qn * q + cross) / s in
  let C := 2 * p + energy + sigma ^ 2 + qn ^ 2 + (qn * q + cross) ^ 2 / s in
  (B + sqrt (B ^ 2 + a * C)) / a.

Definition explicit (p x sigma rho q qn : R) : R :=
  explicit_radius p x (x * sigma ^ 2) (x * sigma) sigma rho q qn ^ 2 - sigma ^ 2.

Definition explicit_resolved (p x xn sigma rho q qn : R) : R :=
  explicit_radius p x (xn * sigma ^ 2) (sqrt (x * xn) * sigma) sigma rho q qn ^ 2 - sigma ^ 2.

(** * Geometry *)

Section geometry.
  Context {H : space}.
  Variables F h n : H.
  Let v := plus F h.

  (** [u] is the direction of F: at most 1 long, with F = |F| u as every vector sees it.  Where there is no gradient to
      go along, any such u will do. *)
  Definition direction (u : H) : Prop := norm u <= 1 /\ forall w, inner F w = norm F * inner u w.

  Lemma null_sees_nothing w : norm F = 0 -> inner F w = 0.
  Proof.
    intros Z. pose proof (cauchy_schwarz_abs F w) as CS. rewrite Z, Rmult_0_l in CS.
    destruct (Req_dec (inner F w) 0) as [E|E]; [exact E|]. pose proof (Rabs_pos_lt _ E). lra.
  Qed.

  Lemma direction_of_F : direction (scal (/ norm F) F).
  Proof.
    unfold direction. rewrite norm_scal. destruct (Req_EM_T (norm F) 0) as [Z|Z].
    - split; intros; rewrite ?inner_scal, ?(null_sees_nothing w Z), Z; lra.
    - pose proof (norm_nonneg F). split; intros.
      + rewrite Rabs_pos_eq by (left; apply Rinv_0_lt_compat; lra). rewrite Rinv_l; lra.
      + rewrite inner_scal. now field.
  Qed.

  (* Claim: master.polarise *)
  Theorem polarise : norm F ^ 2 + norm v ^ 2 - 2 * inner F v = norm h ^ 2.
  Proof. rewrite !norm_sq. unfold v. rewrite !inner_plus, !inner_plus_r, (inner_sym h F). ring. Qed.

  (* Claim: master.expand *)
  Theorem expand : norm (plus v n) ^ 2 = norm v ^ 2 + norm n ^ 2 + 2 * inner v n.
  Proof. rewrite !norm_sq, inner_plus, !inner_plus_r, (inner_sym n v). ring. Qed.

  (** The part of w across u. *)
  Definition rest (u w : H) : H := plus w (scal (- inner u w) u).

  Lemma norm_rest u w : norm u <= 1 -> norm (rest u w) <= sqrt (norm w ^ 2 - inner u w ^ 2).
  Proof.
    intros Hu. apply sqrt_le_1_alt. unfold rest. rewrite inner_line, (inner_sym w u), <- !norm_sq.
    pose proof (pow_incr _ 1 2 (conj (norm_nonneg u) Hu)).
    pose proof (Rmult_le_compat_l (inner u w ^ 2) (norm u ^ 2) 1 (pow2_ge_0 _) ltac:(lra)). lra.
  Qed.

  (** Noise that is orthogonal to u meets only that part. *)
  (* Claim: master.cauchy_schwarz *)
  Theorem across sigma u w :
    norm u <= 1 -> inner u n = 0 -> norm n <= sigma -> inner w n <= sigma * sqrt (norm w ^ 2 - inner u w ^ 2).
  Proof.
    intros Hu Orth Noise. replace (inner w n) with (inner (rest u w) n)
      by (unfold rest; rewrite inner_plus, inner_scal, Orth; ring).
    rewrite Rmult_comm. apply inner_le_product; [now apply norm_rest | exact Noise].
  Qed.

  Variables p x sigma rho q qn : R.
  Let A := norm F ^ 2.

  Lemma sqrt_A : sqrt A = norm F.
  Proof. apply sqrt_pow2, norm_nonneg. Qed.

  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis x_nonneg : 0 <= x.
  Hypothesis error : norm h <= eta sigma rho q qn A (norm v).

  Lemma constraint_i u : direction u ->
    A + norm v ^ 2 - 2 * inner u v * sqrt A <= eta sigma rho q qn A (norm v) ^ 2.
  Proof.
    intros [_ Along]. rewrite sqrt_A.
    replace (2 * inner u v * norm F) with (2 * inner F v) by (rewrite (Along v); ring).
    unfold A at 1. rewrite polarise. apply pow_incr. split; [apply norm_nonneg | exact error].
  Qed.

  Lemma component_short u : direction u -> Rabs (inner u v) <= norm v.
  Proof.
    intros [Hu _]. apply Rle_trans with (1 := cauchy_schwarz_abs u v).
    pose proof (Rmult_le_compat_r _ _ _ (norm_nonneg v) Hu). lra.
  Qed.

  (** Theorem 1, in the space of random sequences, with the point that is feasible. *)
  Theorem sharp_at u :
    direction u -> inner u n = 0 -> norm n <= sigma ->
    inner F v <= p + x / 2 * norm (plus v n) ^ 2 ->
    feasible p x sigma rho q qn A (norm v) (inner u v).
  Proof.
    intros Hu orthogonal noise descent. pose proof (constraint_i u Hu) as I. pose proof (component_short u Hu).
    pose proof (across sigma u v (proj1 Hu) orthogonal noise) as CS. destruct Hu as [_ Along].
    split; [apply norm_nonneg|]. split; [assumption|]. split; [exact I|].
    rewrite sqrt_A, Rmult_comm, <- Along. rewrite expand in descent.
    assert (norm n ^ 2 <= sigma ^ 2) by (apply pow_incr; split; [apply norm_nonneg | exact noise]).
    apply (Rmult_le_compat_l x) in CS; [|exact x_nonneg].
    assert (x * norm n ^ 2 <= x * sigma ^ 2) by now apply Rmult_le_compat_l.
    lra.
  Qed.

  Theorem sharp :
    inner F n = 0 -> norm n <= sigma -> inner F v <= p + x / 2 * norm (plus v n) ^ 2 ->
    exists Y a, feasible p x sigma rho q qn A Y a.
  Proof.
    intros orthogonal noise descent. exists (norm v), (inner (scal (/ norm F) F) v).
    apply sharp_at; auto using direction_of_F. rewrite inner_scal, orthogonal. ring.
  Qed.

  (** The noise-resolved form of (ii).  [Mv], [Mn] and [Mu] are what the curvature makes of w, the noise and the
      direction u: it is at most L on w and on its part across u, and the noise is Ln sigma^2 in it. *)
  Section resolved.
    Context {C : space}.
    Variables Mu Mv Mn : C.
    Variables alpha L Ln : R.
    Hypothesis alpha_pos : 0 < alpha.
    Hypothesis L_nonneg : 0 <= L.
    Hypothesis Ln_nonneg : 0 <= Ln.

    Theorem resolved_descent u w :
      direction u -> inner Mu Mn = 0 -> inner Mn Mn <= Ln * sigma ^ 2 -> inner Mv Mv <= L * inner w w ->
      inner (plus Mv (scal (- inner u w) Mu)) (plus Mv (scal (- inner u w) Mu)) <= L * inner (rest u w) (rest u w) ->
      inner F w <= p + alpha / 2 * norm (plus Mv Mn) ^ 2 ->
      inner u w * norm F <= p + alpha * L / 2 * norm w ^ 2 + alpha * Ln / 2 * sigma ^ 2
        + sqrt (alpha * L * (alpha * Ln)) * sigma * sqrt (norm w ^ 2 - inner u w ^ 2).
    Proof.
      intros Hu orthogonal noise short across_short descent.
      rewrite Rmult_comm, <- (proj2 Hu). apply Rle_trans with (1 := descent).
      assert (Cross : inner Mv Mn <= sqrt L * sqrt (norm w ^ 2 - inner u w ^ 2) * (sqrt Ln * sigma)).
      { replace (inner Mv Mn) with (inner (plus Mv (scal (- inner u w) Mu)) Mn)
          by (rewrite inner_plus, inner_scal, orthogonal; ring).
        apply inner_le_product; (apply norm_le; [apply Rmult_le_pos; auto using sqrt_pos|]); rewrite Rpow_mult_distr.
        - rewrite (pow2_sqrt L) by exact L_nonneg. apply Rle_trans with (1 := across_short), Rmult_le_compat_l;
            [exact L_nonneg|]. rewrite <- norm_sq. apply pow_incr. split; [apply norm_nonneg | apply norm_rest, Hu].
        - now rewrite (pow2_sqrt Ln). }
      replace (sqrt (alpha * L * (alpha * Ln))) with (alpha * (sqrt L * sqrt Ln)).
      2:{ replace (alpha * L * (alpha * Ln)) with (alpha ^ 2 * (L * Ln)) by ring.
          rewrite (sqrt_mult (alpha ^ 2)), sqrt_pow2, (sqrt_mult L); try assumption; try reflexivity; try lra;
            [apply pow2_ge_0 | now apply Rmult_le_pos]. }
      rewrite norm_sq, inner_plus, !inner_plus_r, (inner_sym Mn Mv). rewrite <- (norm_sq w) in short.
      apply (Rmult_le_compat_l (alpha / 2)) in short, noise; try lra.
      apply (Rmult_le_compat_l alpha) in Cross; lra.
    Qed.
  End resolved.

  (** The same for a second form [curve] <= L on the space itself. *)
  Variables (curve : H -> H -> R) (alpha L Ln : R).
  Hypothesis alpha_pos : 0 < alpha.
  Hypothesis L_nonneg : 0 <= L.
  Hypothesis Ln_nonneg : 0 <= Ln.
  Hypothesis curve_sym : forall u w, curve u w = curve w u.
  Hypothesis curve_plus : forall u w z, curve (plus u w) z = curve u z + curve w z.
  Hypothesis curve_scal : forall c u w, curve (scal c u) w = c * curve u w.
  Hypothesis curve_zero : forall w, curve zero w = 0.
  Hypothesis curve_pos : forall u, 0 <= curve u u.
  Hypothesis curve_le : forall u, curve u u <= L * inner u u.
  Hypothesis curve_orthogonal : curve F n = 0.
  Hypothesis curve_noise : curve n n <= Ln * sigma ^ 2.

  Let curved : space :=
    Space H zero plus scal curve curve_sym curve_zero curve_plus curve_scal curve_pos.

  Theorem sharp_resolved :
    inner F v <= p + alpha / 2 * curve (plus v n) (plus v n) ->
    exists Y a, feasible_resolved p (alpha * L) (alpha * Ln) sigma rho q qn A Y a.
  Proof.
    intros descent. exists (norm v), (inner (scal (/ norm F) F) v).
    split; [apply norm_nonneg|]. split; [apply component_short, direction_of_F|].
    split; [apply constraint_i, direction_of_F|]. rewrite sqrt_A.
    apply (@resolved_descent curved (scal (/ norm F) F) v n alpha L Ln); try assumption; try apply curve_le.
    - apply direction_of_F.
    - simpl. rewrite curve_scal, curve_orthogonal. ring.
    - rewrite (@norm_sq curved). exact descent.
  Qed.
End geometry.

(** * Algebra: from the constraints to the explicit bound *)

(* Claim: order.root *)
Lemma root_order y z : 0 <= z -> y ^ 2 <= z ^ 2 -> y <= z.
Proof.
  intros Hz L. apply sqrt_le_1_alt in L. rewrite (sqrt_pow2 z Hz), <- Rsqr_pow2, sqrt_Rsqr_abs in L.
  pose proof (Rle_abs y). lra.
Qed.

Section explicit.
  Variables p x energy cross sigma rho q qn A Y : R.
  Hypothesis x_nonneg : 0 <= x.
  Hypothesis A_nonneg : 0 <= A.
  Hypothesis short : x + q ^ 2 < 1.
  Let s := 1 - x - q ^ 2.
  Let Rad := radius sigma A.
  Let a0 := rho * Rad + qn.

  Lemma s_pos : 0 < s.
  Proof. unfold s. lra. Qed.

  (** The product a sqrt A eliminated from (i) and (ii), and Y by completing the square. *)
  (* Claim: master.young *)
  Theorem eliminated aA :
    A + Y ^ 2 - 2 * aA <= eta sigma rho q qn A Y ^ 2 ->
    aA <= p + x / 2 * Y ^ 2 + energy / 2 + cross * Y ->
    A <= 2 * p + energy + a0 ^ 2 + (a0 * q + cross) ^ 2 / s.
  Proof.
    intros I II. pose proof s_pos as S.
    assert (E : 2 * (a0 * q + cross) * Y <= s * Y ^ 2 + (a0 * q + cross) ^ 2 / s).
    { apply Rmult_le_reg_l with s; [exact S|].
      replace (s * (s * Y ^ 2 + _)) with ((s * Y - (a0 * q + cross)) ^ 2 + s * (2 * (a0 * q + cross) * Y))
        by (field; lra).
      pose proof (pow2_ge_0 (s * Y - (a0 * q + cross))). lra. }
    unfold eta in I. fold Rad in I.
    replace (rho * Rad + q * Y + qn) with (a0 + q * Y) in I by (unfold a0; ring).
    unfold s in E at 1. lra.
  Qed.

  (** Theorem 3: the same, linear in A, for every t > 0. *)
  Theorem linear t :
    0 < t -> A <= 2 * p + energy + a0 ^ 2 + (a0 * q + cross) ^ 2 / s ->
    let kappa := 2 * q ^ 2 / s in
    A * (1 - (1 + t) * (1 + kappa) * rho ^ 2)
    <= 2 * p + energy + (1 + kappa) * ((1 + t) * rho ^ 2 * sigma ^ 2 + (1 + / t) * qn ^ 2) + 2 * cross ^ 2 / s.
  Proof.
    intros Ht E kappa. pose proof s_pos as S.
    assert (R2 : Rad ^ 2 = A + sigma ^ 2) by (apply pow2_sqrt; pose proof (pow2_ge_0 sigma); lra).
    assert (K : 0 <= 1 + kappa).
    { unfold kappa. pose proof (Rmult_le_pos (2 * q ^ 2) (/ s)). pose proof (pow2_ge_0 q).
      pose proof (Rinv_0_lt_compat s S). unfold Rdiv. lra. }
    assert (Y1 : (a0 * q + cross) ^ 2 / s <= kappa * a0 ^ 2 + 2 * cross ^ 2 / s).
    { apply Rmult_le_reg_l with s; [exact S|]. unfold kappa.
      replace (s * ((a0 * q + cross) ^ 2 / s)) with ((a0 * q + cross) ^ 2) by (field; lra).
      replace (s * (2 * q ^ 2 / s * a0 ^ 2 + 2 * cross ^ 2 / s))
        with ((a0 * q + cross) ^ 2 + (a0 * q - cross) ^ 2) by (field; lra).
      pose proof (pow2_ge_0 (a0 * q - cross)). lra. }
    assert (Y2 : a0 ^ 2 <= (1 + t) * rho ^ 2 * Rad ^ 2 + (1 + / t) * qn ^ 2).
    { apply Rmult_le_reg_l with t; [exact Ht|].
      replace (t * ((1 + t) * rho ^ 2 * Rad ^ 2 + (1 + / t) * qn ^ 2))
        with (t * a0 ^ 2 + (t * rho * Rad - qn) ^ 2) by (unfold a0; field; lra).
      pose proof (pow2_ge_0 (t * rho * Rad - qn)). lra. }
    rewrite R2 in Y2. apply (Rmult_le_compat_l (1 + kappa)) in Y2; [|exact K]. lra.
  Qed.
  Hypothesis inside : domain x rho q.

  Lemma leading_pos : 0 < 1 - rho ^ 2 - rho ^ 2 * q ^ 2 / s.
  Proof.
    destruct inside as (X & S & D). apply Rmult_lt_reg_l with s; [apply s_pos|].
    replace (s * (1 - rho ^ 2 - rho ^ 2 * q ^ 2 / s)) with (s - rho ^ 2 * (1 - x))
      by (unfold s; field; pose proof s_pos; unfold s in *; lra).
    apply (Rmult_lt_compat_r (1 - x)) in D; [|lra].
    replace ((rho ^ 2 + q ^ 2 / (1 - x)) * (1 - x)) with (rho ^ 2 * (1 - x) + q ^ 2) in D by (field; lra).
    unfold s. lra.
  Qed.

  (* Claim: order.quadratic *)
  Lemma quadratic_le a B C r : 0 < a -> a * r ^ 2 <= 2 * B * r + C -> r <= (B + sqrt (B ^ 2 + a * C)) / a.
  Proof.
    intros Ha Q. apply Rmult_le_reg_l with a; [exact Ha|].
    replace (a * ((B + sqrt (B ^ 2 + a * C)) / a)) with (B + sqrt (B ^ 2 + a * C)) by (field; lra).
    apply (Rmult_le_compat_l a) in Q; [|lra].
    assert (Sq : (a * r - B) ^ 2 <= B ^ 2 + a * C) by lra.
    pose proof (pow2_ge_0 (a * r - B)).
    assert (a * r - B <= sqrt (B ^ 2 + a * C)) by (apply root_order; [apply sqrt_pos | rewrite pow2_sqrt; lra]). lra.
  Qed.

  Theorem solved :
    A <= 2 * p + energy + a0 ^ 2 + (a0 * q + cross) ^ 2 / s ->
    A <= explicit_radius p x energy cross sigma rho q qn ^ 2 - sigma ^ 2.
  Proof.
    intros E. pose proof s_pos as S.
    assert (R2 : Rad ^ 2 = A + sigma ^ 2) by (apply pow2_sqrt; pose proof (pow2_ge_0 sigma); lra).
    assert (RP : 0 <= Rad) by apply sqrt_pos.
    assert (Le : Rad <= explicit_radius p x energy cross sigma rho q qn).
    { apply quadratic_le; [exact leading_pos|]. fold s.
      replace (2 * p + energy + a0 ^ 2 + (a0 * q + cross) ^ 2 / s) with
        (2 * p + energy + qn ^ 2 + (qn * q + cross) ^ 2 / s
         + 2 * (rho * qn + rho * q * (qn * q + cross) / s) * Rad
         + (rho ^ 2 + rho ^ 2 * q ^ 2 / s) * Rad ^ 2) in E by (unfold a0; field; lra).
      lra. }
    assert (Rad ^ 2 <= explicit_radius p x energy cross sigma rho q qn ^ 2) by (apply pow_incr; lra).
    lra.
  Qed.
End explicit.

Section consequences.
  Variables p x xn sigma rho q qn A Y a : R.
  Hypothesis x_nonneg : 0 <= x.
  Hypothesis sigma_nonneg : 0 <= sigma.
  Hypothesis A_nonneg : 0 <= A.

  Lemma feasible_eliminates :
    feasible p x sigma rho q qn A Y a ->
    A + Y ^ 2 - 2 * (a * sqrt A) <= eta sigma rho q qn A Y ^ 2 /\
    a * sqrt A <= p + x / 2 * Y ^ 2 + x * sigma ^ 2 / 2 + x * sigma * Y.
  Proof.
    intros (PY & Short & I & II). split; [lra|].
    assert (S : sqrt (Y ^ 2 - a ^ 2) <= Y).
    { rewrite <- (sqrt_pow2 Y PY) at 2. apply sqrt_le_1_alt. pose proof (pow2_ge_0 a). lra. }
    apply (Rmult_le_compat_l (x * sigma)) in S; [lra | now apply Rmult_le_pos].
  Qed.

  (* Claim: complexity.linear *)
  Theorem sharp_le_linear t :
    x + q ^ 2 < 1 -> 0 < t -> feasible p x sigma rho q qn A Y a ->
    let s := 1 - x - q ^ 2 in let kappa := 2 * q ^ 2 / s in
    A * (1 - (1 + t) * (1 + kappa) * rho ^ 2)
    <= 2 * p + x * sigma ^ 2 + (1 + kappa) * ((1 + t) * rho ^ 2 * sigma ^ 2 + (1 + / t) * qn ^ 2)
       + 2 * (x * sigma) ^ 2 / s.
  Proof.
    intros Short Ht [I II]%feasible_eliminates. apply linear; auto.
    now apply (eliminated _ _ _ _ _ _ _ _ _ Y) with (aA := a * sqrt A).
  Qed.

  Hypothesis inside : domain x rho q.
  Let short : x + q ^ 2 < 1 := proj1 (proj2 inside).

  (** Theorem 2; as a bound on the feasible set it also says that the sharp bound is at most the explicit one. *)
  (* Claim: master.explicit *)
  Theorem sharp_le_explicit : feasible p x sigma rho q qn A Y a -> A <= explicit p x sigma rho q qn.
  Proof.
    intros [I II]%feasible_eliminates. apply solved; auto.
    now apply (eliminated _ _ _ _ _ _ _ _ _ Y) with (aA := a * sqrt A).
  Qed.

  (* Claim: resolved.explicit *)
  Theorem resolved_le_explicit :
    feasible_resolved p x xn sigma rho q qn A Y a -> A <= explicit_resolved p x xn sigma rho q qn.
  Proof.
    intros (PY & Short & I & II). apply solved; auto.
    apply (eliminated _ _ _ _ _ _ _ _ _ Y) with (aA := a * sqrt A); auto; [lra|].
    assert (M : sqrt (Y ^ 2 - a ^ 2) <= Y).
    { rewrite <- (sqrt_pow2 Y PY) at 2. apply sqrt_le_1_alt. pose proof (pow2_ge_0 a). lra. }
    apply (Rmult_le_compat_l (sqrt (x * xn) * sigma)) in M; [lra|].
    apply Rmult_le_pos; [apply sqrt_pos | exact sigma_nonneg].
  Qed.

  (** In the printed form the noise meets min(Y, eta(Y)), which is no less than the part of v across F. *)
  (* Claim: resolved.printed *)
  Theorem resolved_printed :
    0 <= rho -> 0 <= q -> 0 <= qn -> feasible_resolved p x xn sigma rho q qn A Y a ->
    a * sqrt A <= p + x / 2 * Y ^ 2 + xn / 2 * sigma ^ 2
                  + sqrt (x * xn) * sigma * Rmin Y (eta sigma rho q qn A Y).
  Proof.
    intros Hr Hq Hqn (PY & Short & I & II). apply Rle_trans with (1 := II).
    apply Rplus_le_compat_l, Rmult_le_compat_l; [apply Rmult_le_pos; [apply sqrt_pos | exact sigma_nonneg]|].
    assert (Pe : 0 <= eta sigma rho q qn A Y).
    { unfold eta. pose proof (Rmult_le_pos rho (radius sigma A) Hr (sqrt_pos _)).
      pose proof (Rmult_le_pos q Y Hq PY). lra. }
    apply Rmin_glb.
    - rewrite <- (sqrt_pow2 Y PY) at 2. apply sqrt_le_1_alt. pose proof (pow2_ge_0 a). lra.
    - rewrite <- (sqrt_pow2 _ Pe). apply sqrt_le_1_alt.
      pose proof (pow2_sqrt A A_nonneg). pose proof (pow2_ge_0 (sqrt A - a)). lra.
  Qed.

  (** If the noise sees no more curvature than L, the resolved constraints are the tighter ones. *)
  (* Claim: resolved.below_sharp *)
  Theorem resolved_is_feasible :
    0 <= xn <= x -> feasible_resolved p x xn sigma rho q qn A Y a -> feasible p x sigma rho q qn A Y a.
  Proof.
    intros Hn (PY & Short & I & II). split; [exact PY|]. split; [exact Short|]. split; [exact I|].
    assert (G : sqrt (x * xn) <= x).
    { rewrite <- (sqrt_pow2 x x_nonneg) at 2. apply sqrt_le_1_alt. simpl. rewrite Rmult_1_r.
      apply Rmult_le_compat_l; lra. }
    pose proof (pow2_ge_0 sigma) as S2. pose proof (sqrt_pos (Y ^ 2 - a ^ 2)) as S.
    apply (Rmult_le_compat_r (sigma * sqrt (Y ^ 2 - a ^ 2))) in G; [|now apply Rmult_le_pos].
    assert (xn * sigma ^ 2 <= x * sigma ^ 2) by (apply Rmult_le_compat_r; lra). lra.
  Qed.
End consequences.
