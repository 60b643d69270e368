(** The floor rho^2 sigma^2 / (1 - rho^2): nothing in the limit lies above it, and an instance attains it
    (docs/theory.md#floor). *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Sums InnerProduct Master Device.
Local Open Scope R_scope.

Definition floor (rho sigma : R) : R := rho ^ 2 * sigma ^ 2 / (1 - rho ^ 2).

(** * Upper: the limit of the bound *)

(** With everything that goes to zero at zero, the feasible set ends at the floor. *)
Theorem feasible_at_the_limit rho sigma A Y a :
  0 <= rho < 1 -> 0 <= A -> feasible 0 0 sigma rho 0 0 A Y a -> A <= floor rho sigma.
Proof.
  intros Hr HA (PY & Short & I & II). unfold eta in I.
  assert (R2 : radius sigma A ^ 2 = A + sigma ^ 2) by (apply pow2_sqrt; pose proof (pow2_ge_0 sigma); lra).
  assert (D : 0 < 1 - rho ^ 2) by nra.
  apply Rmult_le_reg_r with (1 - rho ^ 2); [exact D|]. unfold floor, Rdiv. rewrite Rmult_assoc, Rinv_l by lra.
  pose proof (pow2_ge_0 Y).
  replace ((rho * radius sigma A + 0 * Y + 0) ^ 2) with (rho ^ 2 * (radius sigma A ^ 2)) in I by ring.
  rewrite R2 in I. lra.
Qed.

(** With the saturation met along the run, [drifted] standing for rho R, it ends at rbar^2 sigma^2 / (1 - rho^2). *)
Theorem adaptive_at_the_limit rho rbar sigma A Y a :
  0 <= rho < 1 -> 0 <= A ->
  feasible 0 0 sigma 0 0 (sqrt (rho ^ 2 * A + rbar ^ 2 * sigma ^ 2) + 0) A Y a ->
  A <= rbar ^ 2 * sigma ^ 2 / (1 - rho ^ 2).
Proof.
  intros Hr HA (PY & Short & I & II). unfold eta in I.
  assert (D : 0 < 1 - rho ^ 2) by nra.
  assert (Q : 0 <= rho ^ 2 * A + rbar ^ 2 * sigma ^ 2).
  { pose proof (Rmult_le_pos _ _ (pow2_ge_0 rho) HA).
    pose proof (Rmult_le_pos _ _ (pow2_ge_0 rbar) (pow2_ge_0 sigma)). lra. }
  apply Rmult_le_reg_r with (1 - rho ^ 2); [exact D|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra.
  pose proof (pow2_ge_0 Y). set (t := sqrt (rho ^ 2 * A + rbar ^ 2 * sigma ^ 2)) in I.
  replace ((0 * radius sigma A + 0 * Y + (t + 0)) ^ 2) with (t ^ 2) in I by ring.
  unfold t in I. rewrite pow2_sqrt in I by exact Q. lra.
Qed.

(** * Above: how far the bound may lie above the floor where p, x, q and qn are small against t *)

Definition excess (rho sigma rbar2 t : R) : R :=
  t * sigma ^ 2 / (1 - rho ^ 2) / (1 - rho ^ 2 * (1 + t) * (1 + 4 * t ^ 2)) *
    (rbar2 * (1 + 2 * t) ^ 2 + (1 - rho ^ 2) * (3 + 4 * t + (1 + 4 * t ^ 2) * (t ^ 2 + t ^ 3))).

(** What is left of Theorem 2 when p, x, q and qn are small against t, term by term; T is the saturation term. *)
Lemma remainder A p x q qn rho sigma T rbar2 t :
  0 <= A -> 0 <= sigma -> 0 <= x -> 0 <= q -> 0 <= qn -> 0 <= rho < 1 -> 0 < t -> t <= 1 / 3 ->
  p <= t * sigma ^ 2 -> x <= t -> q <= t -> qn <= sigma * t ^ 2 -> rho ^ 2 * (1 + t) * (1 + 4 * t ^ 2) < 1 ->
  T ^ 2 = A * rho ^ 2 + rbar2 * sigma ^ 2 ->
  A <= 2 * p + x * sigma ^ 2 + (T + qn) ^ 2 + ((T + qn) * q + x * sigma) ^ 2 / (1 - x - q ^ 2) ->
  A <= rbar2 * sigma ^ 2 / (1 - rho ^ 2) + excess rho sigma rbar2 t.
Proof.
  intros HA Hs Hx Hq Hqn Hr Ht T3 Hp Xt Qt Nt Infl ET E.
  assert (Q2 : q ^ 2 <= t ^ 2) by (apply pow_incr; lra).
  assert (X2 : x ^ 2 <= t ^ 2) by (apply pow_incr; lra).
  assert (T2 : t ^ 2 <= 1 / 9) by (replace (1 / 9) with ((1 / 3) ^ 2) by field; apply pow_incr; lra).
  assert (N2 : qn ^ 2 <= sigma ^ 2 * t ^ 4)
    by (replace (sigma ^ 2 * t ^ 4) with ((sigma * t ^ 2) ^ 2) by ring; apply pow_incr; lra).
  pose proof (pow2_ge_0 sigma) as S2. pose proof (pow2_ge_0 (T + qn)) as A0.
  set (s := 1 - x - q ^ 2) in *. assert (Sp : 1 / 2 <= s) by (unfold s; lra).
  assert (Frac : ((T + qn) * q + x * sigma) ^ 2 / s <= 4 * t ^ 2 * (T + qn) ^ 2 + 4 * t ^ 2 * sigma ^ 2).
  { assert (Inv : / s <= 2).
    { replace 2 with (/ (1 / 2)) by field. apply Rinv_le_contravar; lra. }
    apply Rle_trans with (((T + qn) * q + x * sigma) ^ 2 * 2).
    - apply Rmult_le_compat_l; [apply pow2_ge_0 | exact Inv].
    - pose proof (pow2_ge_0 ((T + qn) * q - x * sigma)).
      pose proof (Rmult_le_compat_l _ _ _ A0 Q2). pose proof (Rmult_le_compat_l _ _ _ S2 X2). lra. }
  assert (Start : (T + qn) ^ 2 <= (1 + t) * T ^ 2 + sigma ^ 2 * (t ^ 3 + t ^ 4)).
  { apply Rmult_le_reg_l with t; [exact Ht|]. pose proof (pow2_ge_0 (t * T - qn)).
    pose proof (Rmult_le_compat_l (1 + t) _ _ ltac:(lra) N2).
    replace (t * ((1 + t) * T ^ 2 + sigma ^ 2 * (t ^ 3 + t ^ 4)))
      with (t * (1 + t) * T ^ 2 + (1 + t) * (sigma ^ 2 * t ^ 4)) by ring.
    replace (t * (T + qn) ^ 2) with (t * (1 + t) * T ^ 2 + (1 + t) * qn ^ 2 - (t * T - qn) ^ 2) by ring. lra. }
  assert (Xs : x * sigma ^ 2 <= t * sigma ^ 2) by (apply Rmult_le_compat_r; assumption).
  apply (Rmult_le_compat_l (1 + 4 * t ^ 2)) in Start; [|pose proof (pow2_ge_0 t); lra]. rewrite ET in Start.
  set (D := 1 - rho ^ 2 * (1 + t) * (1 + 4 * t ^ 2)).
  assert (DP : 0 < D) by (unfold D; lra). assert (RP : 0 < 1 - rho ^ 2) by nra.
  apply Rmult_le_reg_r with D; [exact DP|].
  replace ((rbar2 * sigma ^ 2 / (1 - rho ^ 2) + excess rho sigma rbar2 t) * D)
    with (sigma ^ 2 * (3 * t + 4 * t ^ 2) + (1 + 4 * t ^ 2) * (sigma ^ 2 * (t ^ 3 + t ^ 4))
      + (1 + 4 * t ^ 2) * (1 + t) * (rbar2 * sigma ^ 2)) by (unfold excess, D; field; unfold D in DP; lra).
  unfold D. lra.
Qed.

Lemma small_is_short x q t : 0 < t <= 1 / 3 -> 0 <= q -> x <= t -> q <= t -> x + q ^ 2 < 1.
Proof.
  intros Ht Hq Hx Q. assert (q ^ 2 <= (1 / 3) ^ 2) by (apply pow_incr; lra). lra.
Qed.

(* Claim: floor.upper *)
Theorem upper_near rho sigma p x q qn A Y a t :
  0 <= rho < 1 -> 0 <= sigma -> 0 <= x -> 0 <= q -> 0 <= qn -> 0 <= A -> 0 < t -> t <= 1 / 3 ->
  p <= t * sigma ^ 2 -> x <= t -> q <= t -> qn <= sigma * t ^ 2 -> rho ^ 2 * (1 + t) * (1 + 4 * t ^ 2) < 1 ->
  feasible p x sigma rho q qn A Y a -> A <= floor rho sigma + excess rho sigma (rho ^ 2) t.
Proof.
  intros Hr Hs Hx Hq Hqn HA Ht T3 Hp Xt Qt Nt Infl F.
  pose proof (small_is_short x q t (conj Ht T3) Hq Xt Qt) as Short.
  destruct (feasible_eliminates p x sigma rho q qn A Y a Hx Hs F) as [I II].
  pose proof (eliminated p x (x * sigma ^ 2) (x * sigma) sigma rho q qn A Y Short _ I II) as E.
  apply (remainder A p x q qn rho sigma (rho * radius sigma A) (rho ^ 2) t); try assumption.
  unfold radius. rewrite Rpow_mult_distr, pow2_sqrt by (pose proof (pow2_ge_0 sigma); lra). ring.
Qed.

(** With the saturation met along the run, T standing for rho R. *)
(* Claim: floor.adaptive *)
Theorem adaptive_near rho sigma rbar2 T p x q qn A Y a t :
  0 <= rho < 1 -> 0 <= sigma -> 0 <= x -> 0 <= q -> 0 <= qn -> 0 <= A -> 0 < t -> t <= 1 / 3 ->
  p <= t * sigma ^ 2 -> x <= t -> q <= t -> qn <= sigma * t ^ 2 -> rho ^ 2 * (1 + t) * (1 + 4 * t ^ 2) < 1 ->
  T ^ 2 = A * rho ^ 2 + rbar2 * sigma ^ 2 -> feasible p x sigma 0 q (T + qn) A Y a ->
  A <= rbar2 * sigma ^ 2 / (1 - rho ^ 2) + excess rho sigma rbar2 t.
Proof.
  intros Hr Hs Hx Hq Hqn HA Ht T3 Hp Xt Qt Nt Infl ET F.
  pose proof (small_is_short x q t (conj Ht T3) Hq Xt Qt) as Short.
  destruct (feasible_eliminates p x sigma 0 q (T + qn) A Y a Hx Hs F) as [I II].
  pose proof (eliminated p x (x * sigma ^ 2) (x * sigma) sigma 0 q (T + qn) A Y Short _ I II) as E.
  rewrite Rmult_0_l, Rplus_0_l in E. now apply (remainder A p x q qn rho sigma T rbar2 t).
Qed.

Lemma cv_const c : Un_cv (fun _ => c) c.
Proof. intros eps He. exists O. intros. unfold R_dist. rewrite Rminus_eq_0, Rabs_R0. exact He. Qed.

Lemma cv_pow2 u l : Un_cv u l -> Un_cv (fun n => u n ^ 2) (l ^ 2).
Proof. intros C. simpl. apply CV_mult; [exact C|]. apply CV_mult; [exact C | apply cv_const]. Qed.

Lemma cv_sqrt u l : 0 <= l -> Un_cv u l -> Un_cv (fun n => sqrt (u n)) (sqrt l).
Proof. intros P C. apply (continuity_seq sqrt u l); [now apply continuity_pt_sqrt | exact C]. Qed.

Lemma cv_inv u l : l <> 0 -> Un_cv u l -> Un_cv (fun n => / u n) (/ l).
Proof.
  intros P C. apply (continuity_seq (fun x => / x) u l); [|exact C].
  apply (continuity_pt_inv id l); [apply derivable_continuous_pt, derivable_pt_id | exact P].
Qed.

Lemma cv_eq u v l m : (forall n, u n = v n) -> l = m -> Un_cv u l -> Un_cv v m.
Proof. intros E -> C eps He. destruct (C eps He) as [N HN]. exists N. intros. rewrite <- E. now apply HN. Qed.

(** alpha -> 0 and K alpha -> infinity drive p, x, q and qn to zero, and the explicit bound to the floor. *)
Theorem upper rho sigma (p x q qn : nat -> R) :
  0 <= rho < 1 -> Un_cv p 0 -> Un_cv x 0 -> Un_cv q 0 -> Un_cv qn 0 ->
  Un_cv (fun n => explicit (p n) (x n) sigma rho (q n) (qn n)) (floor rho sigma).
Proof.
  intros Hr Cp Cx Cq Cqn.
  assert (D : 0 < 1 - rho ^ 2) by nra.
  pose proof (pow2_ge_0 sigma) as S2.
  pose proof (CV_mult _ _ _ _ (cv_const (1 - rho ^ 2)) (cv_const (sigma ^ 2))) as _.
  assert (Cs : Un_cv (fun n => / (1 - x n - q n ^ 2)) (/ (1 - 0 - 0 ^ 2))).
  { apply cv_inv; [lra|]. apply CV_minus; [apply CV_minus; [apply cv_const | exact Cx] | now apply cv_pow2]. }
  assert (Cc : Un_cv (fun n => qn n * q n + x n * sigma) (0 * 0 + 0 * sigma)).
  { apply CV_plus; apply CV_mult; auto using cv_const. }
  assert (Ca : Un_cv (fun n => 1 - rho ^ 2 - rho ^ 2 * q n ^ 2 * / (1 - x n - q n ^ 2))
                     (1 - rho ^ 2 - rho ^ 2 * 0 ^ 2 * / (1 - 0 - 0 ^ 2))).
  { apply CV_minus; [apply cv_const|]. apply CV_mult; [|exact Cs].
    apply CV_mult; [apply cv_const | now apply cv_pow2]. }
  assert (CB : Un_cv (fun n => rho * qn n + rho * q n * (qn n * q n + x n * sigma) * / (1 - x n - q n ^ 2))
                     (rho * 0 + rho * 0 * (0 * 0 + 0 * sigma) * / (1 - 0 - 0 ^ 2))).
  { apply CV_plus; [apply CV_mult; auto using cv_const|]. apply CV_mult; [|exact Cs].
    apply CV_mult; [apply CV_mult; auto using cv_const | exact Cc]. }
  assert (CC : Un_cv (fun n => 2 * p n + x n * sigma ^ 2 + sigma ^ 2 + qn n ^ 2
                               + (qn n * q n + x n * sigma) ^ 2 * / (1 - x n - q n ^ 2))
                     (2 * 0 + 0 * sigma ^ 2 + sigma ^ 2 + 0 ^ 2 + (0 * 0 + 0 * sigma) ^ 2 * / (1 - 0 - 0 ^ 2))).
  { repeat apply CV_plus; auto using cv_const, cv_pow2.
    - apply CV_mult; auto using cv_const.
    - apply CV_mult; auto using cv_const.
    - apply CV_mult; [now apply cv_pow2 | exact Cs]. }
  assert (L0 : 1 - rho ^ 2 - rho ^ 2 * 0 ^ 2 * / (1 - 0 - 0 ^ 2) = 1 - rho ^ 2) by field.
  assert (L1 : rho * 0 + rho * 0 * (0 * 0 + 0 * sigma) * / (1 - 0 - 0 ^ 2) = 0) by field.
  assert (L2 : 2 * 0 + 0 * sigma ^ 2 + sigma ^ 2 + 0 ^ 2 + (0 * 0 + 0 * sigma) ^ 2 * / (1 - 0 - 0 ^ 2) = sigma ^ 2)
    by field.
  rewrite L0 in Ca. rewrite L1 in CB. rewrite L2 in CC.
  unfold explicit, explicit_radius.
  apply cv_eq with (u := fun n =>
    ((rho * qn n + rho * q n * (qn n * q n + x n * sigma) * / (1 - x n - q n ^ 2)
      + sqrt ((rho * qn n + rho * q n * (qn n * q n + x n * sigma) * / (1 - x n - q n ^ 2)) ^ 2
              + (1 - rho ^ 2 - rho ^ 2 * q n ^ 2 * / (1 - x n - q n ^ 2))
                * (2 * p n + x n * sigma ^ 2 + sigma ^ 2 + qn n ^ 2
                   + (qn n * q n + x n * sigma) ^ 2 * / (1 - x n - q n ^ 2))))
     * / (1 - rho ^ 2 - rho ^ 2 * q n ^ 2 * / (1 - x n - q n ^ 2))) ^ 2 - sigma ^ 2)
    (l := ((0 + sqrt (0 ^ 2 + (1 - rho ^ 2) * sigma ^ 2)) * / (1 - rho ^ 2)) ^ 2 - sigma ^ 2).
  - intros n. reflexivity.
  - rewrite Rplus_0_l, Rpow_mult_distr, pow2_sqrt by nra. unfold floor. field. lra.
  - apply CV_minus; [|apply cv_const]. apply cv_pow2, CV_mult; [|apply cv_inv; [lra | exact Ca]].
    apply CV_plus; [exact CB|]. apply cv_sqrt; [nra|].
    apply CV_plus; [now apply cv_pow2 | now apply CV_mult].
Qed.

(** * Attained: the two-point oracle g = +-a, a = sqrt (f'^2 + sigma^2), P(+) = (1 + f'/a)/2 *)

Section attained.
  Variables L sigma tau rho alpha : R.
  Hypothesis L_pos : 0 < L.
  Hypothesis sigma_pos : 0 < sigma.
  Hypothesis tau_pos : 0 < tau.
  Hypothesis rho_range : 0 <= rho < 1.
  Hypothesis alpha_nonneg : 0 <= alpha.

  Definition amplitude (g : R) : R := sqrt (g ^ 2 + sigma ^ 2).
  Definition plus_chance (g : R) : R := (1 + g / amplitude g) / 2.

  (** Mean of X over the two outcomes. *)
  Definition two_point (g : R) (X : R -> R) : R :=
    plus_chance g * X (amplitude g) + (1 - plus_chance g) * X (- amplitude g).

  Lemma amplitude_sq g : amplitude g ^ 2 = g ^ 2 + sigma ^ 2.
  Proof. apply pow2_sqrt. pose proof (pow2_ge_0 g). pose proof (pow2_ge_0 sigma). lra. Qed.

  Lemma amplitude_pos g : 0 < amplitude g.
  Proof. apply sqrt_lt_R0. pose proof (pow2_ge_0 g). assert (0 < sigma ^ 2) by (apply pow_lt; exact sigma_pos). lra.
  Qed.

  Theorem oracle_is_a_probability g : 0 < plus_chance g < 1.
  Proof.
    pose proof (amplitude_pos g) as P. pose proof (amplitude_sq g) as Q.
    assert (S2 : 0 < sigma ^ 2) by (apply pow_lt; exact sigma_pos).
    assert (B : - amplitude g < g < amplitude g) by (split; nra).
    assert (- 1 < g / amplitude g < 1).
    { split; apply Rmult_lt_reg_r with (amplitude g); try exact P;
        unfold Rdiv; rewrite Rmult_assoc, Rinv_l; lra. }
    unfold plus_chance. lra.
  Qed.

  Theorem oracle_unbiased g : two_point g (fun s => s) = g.
  Proof. pose proof (amplitude_pos g). unfold two_point, plus_chance. field. lra. Qed.

  (* Claim: floor.oracle *)
  Theorem oracle_variance g : two_point g (fun s => (s - g) ^ 2) = sigma ^ 2.
  Proof.
    pose proof (amplitude_pos g). pose proof (amplitude_sq g) as Q. unfold two_point, plus_chance.
    replace ((1 + g / amplitude g) / 2 * (amplitude g - g) ^ 2 + (1 - (1 + g / amplitude g) / 2) * (- amplitude g -
      g) ^ 2)
      with (amplitude g ^ 2 - g ^ 2) by (field; lra). lra.
  Qed.

  Definition w0 : R := rho * tau.
  Definition w_star : R := w0 + rho * sigma / (L * sqrt (1 - rho ^ 2)).
  Definition slope (w : R) : R := L * (w - w_star).

  (** The mean step at w0 is zero, for every step size, and the squared gradient there is the floor. *)
  (* Claim: floor.attained *)
  Theorem attained :
    two_point (slope w0) (fun s => ald tau w0 (- alpha * s)) = w0 /\ slope w0 ^ 2 = floor rho sigma.
  Proof.
    assert (D : 0 < 1 - rho ^ 2) by nra.
    set (c := sqrt (1 - rho ^ 2)).
    assert (C : 0 < c) by now apply sqrt_lt_R0.
    assert (C2 : c ^ 2 = 1 - rho ^ 2) by (apply pow2_sqrt; lra).
    assert (G : slope w0 = - (rho * sigma / c)) by (unfold slope, w_star; fold c; field; lra).
    assert (Am : amplitude (slope w0) = sigma / c).
    { unfold amplitude. rewrite G. replace ((- (rho * sigma / c)) ^ 2 + sigma ^ 2) with ((sigma / c) ^ 2).
      - apply sqrt_pow2. left. apply Rdiv_lt_0_compat; assumption.
      - replace ((- (rho * sigma / c)) ^ 2 + sigma ^ 2) with (sigma ^ 2 * (rho ^ 2 + c ^ 2) / c ^ 2) by (field; lra).
        replace (rho ^ 2 + c ^ 2) with 1 by lra. field. lra. }
    split.
    - unfold two_point, plus_chance. rewrite !closed_form, Am, G.
      assert (Pos : 0 < sigma / c) by (apply Rdiv_lt_0_compat; assumption).
      replace (Rabs (- alpha * (sigma / c))) with (alpha * (sigma / c))
        by (rewrite Rabs_mult, Rabs_Ropp, !Rabs_pos_eq; lra).
      replace (Rabs (- alpha * - (sigma / c))) with (alpha * (sigma / c))
        by (rewrite Rabs_mult, !Rabs_Ropp, !Rabs_pos_eq; lra).
      unfold w0. field. lra.
    - rewrite G. unfold floor. rewrite <- C2. field. lra.
  Qed.
End attained.

(** With plain +-sigma noise the stationary point and its floor are in closed form as well. *)
(* Claim: floor.plus_minus *)
Theorem plus_minus L sigma tau alpha w w_star :
  0 < L -> 0 < sigma -> 0 < tau -> 0 < alpha ->
  let g := L * (w - w_star) in
  - sigma <= g <= sigma ->
  let mean_step := (ald tau w (- alpha * (g + sigma)) + ald tau w (- alpha * (g - sigma))) / 2 - w in
  (mean_step = 0 <-> w = w_star / (1 + sigma / (L * tau))) /\
  (mean_step = 0 -> g ^ 2 = (w / tau) ^ 2 * sigma ^ 2).
Proof.
  intros HL Hs Ht Ha g Hg mean_step.
  assert (E : mean_step = - alpha * (g + sigma * w / tau)).
  { unfold mean_step. rewrite !closed_form.
    replace (Rabs (- alpha * (g + sigma))) with (alpha * (g + sigma))
      by (rewrite Rabs_mult, Rabs_Ropp, !Rabs_pos_eq; lra).
    replace (Rabs (- alpha * (g - sigma))) with (alpha * (sigma - g))
      by (rewrite Rabs_mult, Rabs_Ropp, (Rabs_pos_eq alpha), Rabs_left1; lra).
    field. lra. }
  assert (Z : mean_step = 0 <-> g + sigma * w / tau = 0).
  { rewrite E. split; intros H; [|rewrite H; ring].
    apply Rmult_integral in H. destruct H; [lra | assumption]. }
  assert (P : 0 < L * tau) by (apply Rmult_lt_0_compat; assumption).
  assert (Q : 0 < 1 + sigma / (L * tau)) by (pose proof (Rdiv_lt_0_compat sigma (L * tau) Hs P); lra).
  assert (Id : g + sigma * w / tau = L * (w * (1 + sigma / (L * tau)) - w_star)) by (unfold g; field; lra).
  split.
  - rewrite Z, Id. split; intros H.
    + apply Rmult_integral in H. destruct H as [H|H]; [lra|].
      apply Rmult_eq_reg_r with (1 + sigma / (L * tau)); [|lra].
      unfold Rdiv at 2. rewrite Rmult_assoc, Rinv_l; lra.
    + rewrite H. field. split; [lra|]. split; [lra|]. intros N.
      assert (L * tau + sigma > 0) by lra. lra.
  - intros H. apply Z in H. replace g with (- (sigma * w / tau)) by lra. field. lra.
Qed.

Print Assumptions upper.
Print Assumptions attained.
