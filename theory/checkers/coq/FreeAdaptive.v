(** Theorem 4 with the distortion that is met along the run (docs/theory.md#free.adaptive): the noise is weighed by the
    share of the drift at the weight, not by its largest value rho.

    c is that share: at most rho, and the drift at most |c| times what is read.  wF, wn and wb are the gradient F, the
    noise n and the staleness b, each times c; twice is c^2 (F + n).  u = e + twice meets the staleness in the energy of
    the error; as in FreeSequences.v it is u0, made at the frozen point, and what left it, p1 through the direction and
    p2 through the weight that the device sees, which has two parts here: the drift's and the share's. *)

From Coq Require Import Reals Lra Lia List Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Master FrozenRules FreeSequences.
Local Open Scope R_scope.

(** * The weight that the device sees, element by element *)

(** c and c0 are the shares, E and E0 the drifts of the direction g at two weights. *)
(* Claim: free.share *)
Theorem change_of_share rho theta1 moved c c0 E E0 g :
  Rabs c <= rho -> Rabs c0 <= rho -> Rabs (c - c0) <= theta1 * moved -> Rabs (E - E0) <= theta1 * moved * Rabs g ->
  Rabs (E - E0 + (c ^ 2 - c0 ^ 2) * g) <= (1 + 2 * rho) * theta1 * (moved * Rabs g).
Proof.
  intros C C0 Move Drift. apply Rle_trans with (1 := Rabs_triang _ _).
  replace (c ^ 2 - c0 ^ 2) with ((c - c0) * (c + c0)) by ring. rewrite !Rabs_mult.
  pose proof (Rabs_triang c c0) as Both.
  assert (Squares : Rabs (c - c0) * Rabs (c + c0) <= theta1 * moved * (2 * rho))
    by (apply Rmult_le_compat; try apply Rabs_pos; lra).
  apply (Rmult_le_compat_r (Rabs g) _ _ (Rabs_pos g)) in Squares. lra.
Qed.

(** * The energy of the error *)

Section geometry.
  Context {H : space}.
  Variables b e wide old twice : H.
  Variables rho T : R.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis drift : norm e <= norm (plus wide old).
  Hypothesis fresh : norm wide <= T.
  Hypothesis shrinks : norm old <= rho * norm b.

  (** Step 2: <c g, c b> = <c^2 g, b>. *)
  Theorem distorted_split : inner wide old = inner twice b ->
    norm (plus b e) ^ 2 <= T ^ 2 + 2 * inner (plus e twice) b + (1 + rho ^ 2) * norm b ^ 2.
  Proof.
    intros Cross. pose proof (pow_incr _ _ 2 (conj (norm_nonneg e) drift)) as E.
    pose proof (pow_incr _ _ 2 (conj (norm_nonneg wide) fresh)) as Fr.
    pose proof (pow_incr _ _ 2 (conj (norm_nonneg old) shrinks)) as O. rewrite Rpow_mult_distr in O.
    rewrite !norm_sq in *. rewrite (inner_plus wide), !inner_plus_r, (inner_sym old wide), Cross in E.
    rewrite !inner_plus, !inner_plus_r, (inner_sym b e). lra.
  Qed.

  (** Step 4: c c g is at most rho times c g. *)
  Theorem distorted_drift_and_fresh B : norm twice <= rho * norm wide -> norm b <= B ->
    norm (plus e twice) <= (1 + rho) * T + rho * B.
  Proof.
    intros Tw Hb. apply Rle_trans with (1 := minkowski _ _). pose proof (minkowski wide old).
    pose proof (Rmult_le_compat_l _ _ _ rho_nonneg fresh). pose proof (Rmult_le_compat_l _ _ _ rho_nonneg Hb). lra.
  Qed.
End geometry.

(** Step 7: [change] is c^2 times what the fresh direction left the frozen one by. *)
(* Claim: free.adaptive_first_order *)
Theorem distorted_first {H : space} (g b e ice settled change bn : H) rho far near : 0 <= rho ->
  norm (plus e (scal (-1) settled)) <= rho * norm (plus (plus g b) (scal (-1) ice)) ->
  norm change <= rho ^ 2 * norm (plus g (scal (-1) ice)) ->
  norm (plus (plus g b) (scal (-1) ice)) <= far -> norm (plus g (scal (-1) ice)) <= far -> norm bn <= near ->
  let p1 := plus (plus e (scal (-1) settled)) change in
  norm p1 <= rho * (1 + rho) * far /\ inner p1 bn <= rho * (1 + rho) * far * near.
Proof.
  intros Hr Drift Change Stale Fresh Near p1. assert (P1 : norm p1 <= rho * (1 + rho) * far).
  { unfold p1. apply Rle_trans with (1 := minkowski _ _).
    pose proof (Rmult_le_compat_l _ _ _ Hr Stale). pose proof (Rmult_le_compat_l _ _ _ (pow2_ge_0 rho) Fresh). lra. }
  split; [exact P1 | now apply inner_le_product].
Qed.

(** Steps 11 and 12: (i4), with T in the place of rho R. *)
Theorem near_for_measured {H : space} (F b e bv bn rem u u0 p1 p2 : H)
  rho alpha Lambda1 nu sigma D ell theta1 nuhat R0 Gamma H2 HJ T :
  0 <= rho -> 0 < alpha -> 0 <= Lambda1 -> 0 <= nu -> 0 <= D ->
  let v := plus F (plus b e) in let Y := norm v in
  let k := kappa rho ell nu ((1 + 2 * rho) * theta1) nuhat R0 in let eta := curved rho Gamma H2 HJ in
  norm (plus b e) ^ 2 <= T ^ 2 + 2 * inner u b + (1 + rho ^ 2) * norm b ^ 2 ->
  norm u <= (1 + rho) * T + rho * (alpha * (Lambda1 * Y + nu)) ->
  norm b <= alpha * (Lambda1 * Y + nu) ->
  (forall w, inner b w = inner bv w + inner bn w + inner rem w) ->
  (forall w, inner u w = inner u0 w + inner p1 w + inner p2 w) ->
  norm bv <= alpha * (Lambda1 * Y) ->
  inner u0 bn = 0 ->
  inner p1 bn <= rho * (1 + rho) * (ell * (alpha * omega D Y sigma)) * (alpha * nu) ->
  inner p2 bn <= (1 + 2 * rho) * theta1 * (alpha * omega D Y sigma) * (alpha * nuhat * R0) ->
  inner u rem <= rho * (1 + rho) * Gamma * ((H2 / 2 + HJ) * (alpha * omega D Y sigma) ^ 2) ->
  norm F ^ 2 + Y ^ 2 - 2 * inner F v
    <= (T + (1 + rho) * alpha * Lambda1 * Y) ^ 2 + e0 alpha rho nu k eta D sigma
      + e1 alpha rho Lambda1 nu k eta D sigma * Y + e2 alpha eta D * Y ^ 2.
Proof.
  intros Hr Ha HL Hn HD v Y k eta Split U B Parts Leaves Bv O P1 P2 Rem.
  replace (norm F ^ 2 + Y ^ 2 - 2 * inner F v) with (norm (plus b e) ^ 2) by (symmetry; apply polarise).
  apply Rle_trans with (1 := Split).
  pose proof (inner_le_product _ _ _ _ U Bv) as Coherent. pose proof (Leaves bn) as S.
  assert (I : inner u b = inner u bv + inner u bn + inner u rem)
    by (rewrite (inner_sym u b), Parts, (inner_sym bv), (inner_sym bn), (inner_sym rem); ring).
  pose proof (pow_incr _ _ 2 (conj (norm_nonneg b) B)) as B2.
  apply (Rmult_le_compat_l (1 + rho ^ 2)) in B2; [|pose proof (pow2_ge_0 rho); lra].
  assert (Sq : sqrt D * sqrt D = D) by (now apply sqrt_sqrt).
  apply Rle_trans with (T ^ 2 + 2 * (((1 + rho) * T + rho * (alpha * (Lambda1 * Y + nu))) * (alpha * (Lambda1 * Y))
    + rho * (1 + rho) * (ell * (alpha * omega D Y sigma)) * (alpha * nu)
    + (1 + 2 * rho) * theta1 * (alpha * omega D Y sigma) * (alpha * nuhat * R0)
    + rho * (1 + rho) * Gamma * ((H2 / 2 + HJ) * (alpha * omega D Y sigma) ^ 2))
    + (1 + rho ^ 2) * (alpha * (Lambda1 * Y + nu)) ^ 2); [lra|].
  apply Req_le. unfold e0, e1, e2, eta, k, kappa, curved, omega.
  clear P1 P2 Rem Split U. remember (sqrt D) as h eqn:Hh. clear Hh. subst D. field.
Qed.

(** * Random sequences *)

Section measured.
  Variables (P : sampler) (K : nat).
  Context {H : space}.
  Variables F b e wF wn wb twice : process P K H.
  Variables rho noise : R.
  Hypothesis rho_nonneg : 0 <= rho.
  Hypothesis gradient_known : known P K H 1 wF.
  Hypothesis noise_differences : martingale_difference P K wn.
  Hypothesis energy : inner wn wn <= noise.
  Hypothesis gradient_shrinks : norm wF <= rho * norm F.
  Hypothesis staleness_shrinks : norm wb <= rho * norm b.
  Hypothesis drift : forall h, taken P K h -> norm (e h) <= norm (plus (plus (wF h) (wn h)) (wb h)).

  (** T, of T^2 = rho^2 A + rbar^2 sigma^2. *)
  Definition distorted_radius : R := sqrt (rho ^ 2 * norm F ^ 2 + noise).

  Lemma noise_at_least_zero : 0 <= noise.
  Proof. apply Rle_trans with (2 := energy), inner_pos. Qed.

  Lemma distorted_radius_square : distorted_radius ^ 2 = rho ^ 2 * norm F ^ 2 + noise.
  Proof.
    apply pow2_sqrt. pose proof noise_at_least_zero.
    pose proof (Rmult_le_pos _ _ (pow2_ge_0 rho) (pow2_ge_0 (norm F))). lra.
  Qed.

  Lemma distorted_fresh : norm (plus wF wn) <= distorted_radius.
  Proof.
    apply sqrt_le_1_alt. pose proof (known_orthogonal P K wn wF noise_differences gradient_known) as O.
    rewrite inner_plus, !inner_plus_r, (inner_sym wn wF), O, <- (norm_sq wF).
    pose proof (pow_incr _ _ 2 (conj (norm_nonneg wF) gradient_shrinks)) as Q. rewrite Rpow_mult_distr in Q. lra.
  Qed.

  Lemma distorted_drift : norm e <= norm (plus (plus wF wn) wb).
  Proof. now apply process_norm_le. Qed.

  (* Claim: free.adaptive_split *)
  Theorem error_split_distorted :
    (forall h, taken P K h -> inner (plus (wF h) (wn h)) (wb h) = inner (twice h) (b h)) ->
    norm (plus b e) ^ 2
      <= rho ^ 2 * norm F ^ 2 + noise + 2 * inner (plus e twice) b + (1 + rho ^ 2) * norm b ^ 2.
  Proof.
    intros Cross. rewrite <- distorted_radius_square.
    apply (distorted_split b e (plus wF wn) wb twice rho distorted_radius distorted_drift distorted_fresh
      staleness_shrinks). now apply (average_taken P K).
  Qed.

  Theorem drift_and_fresh_distorted B : norm twice <= rho * norm (plus wF wn) -> norm b <= B ->
    norm (plus e twice) <= (1 + rho) * distorted_radius + rho * B.
  Proof.
    intros Tw Hb. now apply (distorted_drift_and_fresh b e (plus wF wn) wb twice rho distorted_radius rho_nonneg
      distorted_drift distorted_fresh staleness_shrinks B).
  Qed.

  (** Step 4 *)
  (* Claim: free.adaptive_coherent *)
  Theorem coherent_distorted (bv : process P K H) B beta : norm twice <= rho * norm (plus wF wn) -> norm b <= B ->
    norm bv <= beta -> inner (plus e twice) bv <= ((1 + rho) * distorted_radius + rho * B) * beta.
  Proof. intros Tw Hb L. apply inner_le_product; [now apply drift_and_fresh_distorted | exact L]. Qed.
End measured.

(** Step 10: at every step c^2 (F + n) is at most rho^2 times as long as F + n. *)
(* Claim: free.adaptive_remainder *)
Theorem remainder_distorted (P : sampler) (K : nat) {H H1 H2 : space} (e twice rem : process P K H)
  (delta : process P K H1) (moved : process P K H2) (lt lf t : process P K real_space) rho Gamma bend HJ far :
  0 <= rho -> 0 <= Gamma -> 0 <= bend -> 0 <= HJ ->
  (forall h, taken P K h -> norm (e h) <= rho * lt h) -> (forall h, taken P K h -> norm (twice h) <= rho ^ 2 * lf h) ->
  (forall h, taken P K h -> norm (rem h) <= t h) ->
  (forall h, taken P K h -> t h <= bend / 2 * inner (delta h) (delta h)
    + HJ / 2 * (inner (moved h) (moved h) + inner (delta h) (delta h))) ->
  inner lt t <= Gamma * average P K t -> inner lf t <= Gamma * average P K t ->
  inner delta delta <= far ^ 2 -> inner moved moved <= far ^ 2 ->
  inner (plus e twice) rem <= rho * (1 + rho) * Gamma * ((bend / 2 + HJ) * far ^ 2).
Proof.
  intros Hr HG HB HJ0 Le Lt Lr Ltt Mt Mf Ld Lm.
  apply (remainder_at_most P K (plus e twice) rem delta moved lt lf t rho Gamma bend HJ far); auto.
  intros h T. apply Rle_trans with (1 := minkowski (e h) (twice h)). apply Rplus_le_compat; auto.
Qed.

(** * Theorem 4 with the distortion met along the run *)

(** The point of a run, from all its pieces. *)
(* Claim: free.adaptive *)
Theorem run_free_adaptive {H : space} (F n b e bv bn rem u u0 p1 p2 dir : H)
  p x rho alpha Lambda1 nu sigma D ell theta1 nuhat R0 Gamma H2 HJ T :
  0 <= rho -> 0 < alpha -> 0 <= Lambda1 -> 0 <= nu -> 0 <= D -> 0 <= sigma -> 0 <= x ->
  let v := plus F (plus b e) in let Y := norm v in
  let k := kappa rho ell nu ((1 + 2 * rho) * theta1) nuhat R0 in let eta := curved rho Gamma H2 HJ in
  direction F dir -> inner dir n = 0 -> norm n <= sigma ->
  inner F v <= p + x / 2 * norm (plus v n) ^ 2 ->
  norm (plus b e) ^ 2 <= T ^ 2 + 2 * inner u b + (1 + rho ^ 2) * norm b ^ 2 ->
  norm u <= (1 + rho) * T + rho * (alpha * (Lambda1 * Y + nu)) ->
  norm b <= alpha * (Lambda1 * Y + nu) ->
  (forall w, inner b w = inner bv w + inner bn w + inner rem w) ->
  (forall w, inner u w = inner u0 w + inner p1 w + inner p2 w) ->
  norm bv <= alpha * (Lambda1 * Y) ->
  inner u0 bn = 0 ->
  inner p1 bn <= rho * (1 + rho) * (ell * (alpha * omega D Y sigma)) * (alpha * nu) ->
  inner p2 bn <= (1 + 2 * rho) * theta1 * (alpha * omega D Y sigma) * (alpha * nuhat * R0) ->
  inner u rem <= rho * (1 + rho) * Gamma * ((H2 / 2 + HJ) * (alpha * omega D Y sigma) ^ 2) ->
  feasible_free p x sigma T ((1 + rho) * alpha * Lambda1)
    (e0 alpha rho nu k eta D sigma) (e1 alpha rho Lambda1 nu k eta D sigma) (e2 alpha eta D)
    (norm F ^ 2) Y (inner dir v).
Proof.
  intros Hr Ha HL Hn HD Hs Hx v Y k eta Hd O Short Descent Split U B Parts Leaves Bv Orth P1 P2 Rem.
  apply (feasible_of_near F (plus b e) n dir); auto.
  apply (near_for_measured F b e bv bn rem u u0 p1 p2); auto.
Qed.

(** The set grows with T: more distortion is allowed, not less. *)
Theorem feasible_if_less p x sigma T T' q c0 c1 c2 A Y a : 0 <= q -> 0 <= T <= T' ->
  feasible_free p x sigma T q c0 c1 c2 A Y a -> feasible_free p x sigma T' q c0 c1 c2 A Y a.
Proof.
  intros Hq [HT L] (HY & Short & Near & Down). repeat split; auto.
  apply Rle_trans with (1 := Near). do 3 apply Rplus_le_compat_r. apply pow_incr.
  pose proof (Rmult_le_pos _ _ Hq HY). lra.
Qed.
