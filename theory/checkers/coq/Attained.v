(** The floor is attained in the limit: for every eps there is an instance, the same for all small alpha and all K,
    that meets the assumptions of Theorem 1 with saturation at most rho + eps at all times, and whose average squared
    gradient is at least floor rho sigma - eps, for every K.

    With alpha -> 0 and alpha K -> infinity every other term of the bound vanishes (floor.upper), so no analysis can
    put a smaller number in the place of rho^2 sigma^2 / (1 - rho^2) under these assumptions.

    The instance: f(w) = (L/2) (w - w_star)^2, one weight, started at w0 = rho tau, where the mean step is zero and
    f'(w0)^2 is the floor.  Within the window w0 - D <= w <= w0 + 2 D, with D = w_star - w0, the oracle answers
    +-a, a = sqrt (f'^2 + sigma^2), with the chances that make it unbiased: then its variance is sigma^2.  Outside of
    the window it answers f' exactly, so that no sequence of samples takes the weight far from the window; D does not
    depend on tau, so for a large tau the saturation stays near rho.

    Proof.  Let y = w - w0 and g = f'(w).  The mean step is -alpha phi(w) with phi = g + E|oracle| w/tau, and
    y phi >= kappa y^2, kappa = L (1 - rho)/2; the mean square of the step is at most 4 alpha^2 (g^2 + sigma^2).  So
    E y_{k+1}^2 <= (1 - alpha kappa) E y_k^2 + alpha^2 C for alpha <= kappa/(8 L^2), and E y_k^2 <= alpha C/kappa for
    every k.  Then E f'(W_k)^2 >= (1 - t) f'(w0)^2 - L^2 alpha C/(kappa t) for every t in (0, 1). *)

From Coq Require Import Reals Lra Lia List Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Master Trajectory Descent Device Training Floor.
Import ListNotations.
Local Open Scope R_scope.

Definition one (m : nat) : nat := 1%nat.
Definition line_space : space := weights 1 one.
Definition put (x : R) : line_space := fun _ _ => x.
Definition at0 (w : line_space) : R := w 0%nat 0%nat.

Lemma inner_one (u w : line_space) : inner u w = at0 u * at0 w.
Proof. unfold at0. simpl. ring. Qed.

Lemma div_nonneg a b : 0 <= a -> 0 < b -> 0 <= a / b.
Proof. intros A B. apply Rmult_le_pos; [exact A|]. left. now apply Rinv_0_lt_compat. Qed.

Lemma norm_line (u : line_space) : norm u = Rabs (at0 u).
Proof. unfold norm. rewrite inner_one. apply (sqrt_Rsqr_abs (at0 u)). Qed.

(** What Theorem 1 assumes of analog SGD on one weight, at all times: the algorithm, smooth, lower (0), unbiased,
    variance, saturation. *)
Definition meets_assumptions (P : sampler) (f : line_space -> R) (grad : line_space -> line_space)
  (sample_gradient : line_space -> nat -> line_space) (W : history -> line_space) (alpha tau rho L sigma : R) : Prop :=
  run (ald tau) alpha (fun h i => sample_gradient (W h) i) W /\
  has_gradient (fun _ => True) f grad /\ lipschitz (fun _ => True) grad L /\ (forall w, 0 <= f w) /\
  (forall h m c, given P h (fun i => sample_gradient (W h) i m c) = grad (W h) m c) /\
  (forall h, given P h (fun i => norm (minus (sample_gradient (W h) i) (grad (W h))) ^ 2) <= sigma ^ 2) /\
  (forall h m c, Rabs (W h m c) <= rho * tau).

(** * One step *)

Section instance.
  Variables L sigma tau rho : R.
  Hypothesis L_pos : 0 < L.
  Hypothesis sigma_pos : 0 < sigma.
  Hypothesis tau_pos : 0 < tau.
  Hypothesis rho_range : 0 < rho < 1.

  Let root := sqrt (1 - rho ^ 2).
  Definition gap : R := rho * sigma / (L * root).
  Let start := rho * tau.
  Let D := gap.
  Definition slope_at (w : R) : R := L * (w - (start + D)).
  Let g := slope_at.
  Let g0 := - (rho * sigma / root).
  Let kappa := L * (1 - rho) / 2.

  Lemma root_pos : 0 < root.
  Proof. apply sqrt_lt_R0. nra. Qed.

  Lemma root_sq : root ^ 2 = 1 - rho ^ 2.
  Proof. apply pow2_sqrt. nra. Qed.

  Lemma gap_pos : 0 < D.
  Proof.
    pose proof root_pos. unfold D, gap. apply Rdiv_lt_0_compat; apply Rmult_lt_0_compat; lra.
  Qed.

  Lemma slope_start : g start = g0.
  Proof. pose proof root_pos. unfold g, slope_at, g0, D, gap. field. split; lra. Qed.

  Lemma slope_line w : g w = g0 + L * (w - start).
  Proof. rewrite <- slope_start. unfold g, slope_at. ring. Qed.

  Lemma amplitude_start : amplitude sigma g0 = sigma / root.
  Proof.
    pose proof root_pos as C. pose proof root_sq as C2. unfold amplitude, g0.
    replace ((- (rho * sigma / root)) ^ 2 + sigma ^ 2) with ((sigma / root) ^ 2).
    - apply sqrt_pow2. left. apply Rdiv_lt_0_compat; assumption.
    - replace ((- (rho * sigma / root)) ^ 2 + sigma ^ 2) with (sigma ^ 2 * (rho ^ 2 + root ^ 2) / root ^ 2)
        by (field; lra).
      replace (rho ^ 2 + root ^ 2) with 1 by lra. field. lra.
  Qed.

  (** The mean step at the start is zero. *)
  Lemma balance : g0 + amplitude sigma g0 * rho = 0.
  Proof. rewrite amplitude_start. unfold g0. pose proof root_pos. field. lra. Qed.

  Lemma floor_is_slope : g0 ^ 2 = floor rho sigma.
  Proof.
    unfold g0, floor. rewrite <- root_sq. pose proof root_pos. field. lra.
  Qed.

  Lemma amplitude_nonneg x : 0 <= amplitude sigma x.
  Proof. apply sqrt_pos. Qed.

  Lemma amplitude_square x : amplitude sigma x ^ 2 = x ^ 2 + sigma ^ 2.
  Proof. apply amplitude_sq. Qed.

  (** The amplitude is 1-Lipschitz in the slope. *)
  Lemma amplitude_lipschitz x y : Rabs (amplitude sigma x - amplitude sigma y) <= Rabs (x - y).
  Proof.
    pose proof (amplitude_square x) as X. pose proof (amplitude_square y) as Y.
    pose proof (amplitude_pos sigma sigma_pos x) as Px. pose proof (amplitude_pos sigma sigma_pos y) as Py.
    set (a := amplitude sigma x) in *. set (b := amplitude sigma y) in *.
    apply Rsqr_le_abs_0. unfold Rsqr.
    assert (Prod : x * y + sigma ^ 2 <= a * b).
    { apply root_order; [nra|]. rewrite (Rpow_mult_distr a b), X, Y.
      replace ((x ^ 2 + sigma ^ 2) * (y ^ 2 + sigma ^ 2))
        with ((x * y + sigma ^ 2) ^ 2 + sigma ^ 2 * (x - y) ^ 2) by ring.
      pose proof (Rmult_le_pos _ _ (pow2_ge_0 sigma) (pow2_ge_0 (x - y))). lra. }
    replace ((a - b) * (a - b)) with (a ^ 2 + b ^ 2 - 2 * (a * b)) by ring. rewrite X, Y. lra.
  Qed.

  (** The oracle. *)
  Definition noisy (w : R) : bool :=
    if Rle_dec (start - D) w then if Rle_dec w (start + 2 * D) then true else false else false.
  Definition sign (i : nat) : R := match i with O => 1 | _ => -1 end.
  Definition oracle (w : R) (i : nat) : R := if noisy w then sign i * amplitude sigma (g w) else g w.
  Definition prob (w : R) (i : nat) : R :=
    if noisy w then match i with O => plus_chance sigma (g w) | _ => 1 - plus_chance sigma (g w) end else / 2.
  Definition size_of (w : R) : R := if noisy w then amplitude sigma (g w) else Rabs (g w).

  (** The mean over the coming sample. *)
  Definition mean_of (w : R) (X : nat -> R) : R := sum 2 (fun i => prob w i * X i).

  Lemma prob_nonneg w i : 0 <= prob w i.
  Proof.
    unfold prob. pose proof (oracle_is_a_probability sigma sigma_pos (g w)).
    destruct (noisy w), i; lra.
  Qed.

  Lemma prob_total w : sum 2 (prob w) = 1.
  Proof. unfold prob. simpl. destruct (noisy w); lra. Qed.

  Lemma mean_two w X : mean_of w X = prob w 0 * X 0%nat + prob w 1 * X 1%nat.
  Proof. unfold mean_of. simpl. ring. Qed.

  Lemma mean_at_most w X c : (forall i, X i <= c) -> mean_of w X <= c.
  Proof.
    intros B. rewrite mean_two. pose proof (prob_total w) as T. simpl in T.
    pose proof (Rmult_le_compat_l _ _ _ (prob_nonneg w 0) (B 0%nat)).
    pose proof (Rmult_le_compat_l _ _ _ (prob_nonneg w 1) (B 1%nat)).
    replace c with ((0 + prob w 0 + prob w 1) * c) by (rewrite T; ring). lra.
  Qed.

  Lemma oracle_mean w : mean_of w (oracle w) = g w.
  Proof.
    rewrite mean_two. unfold oracle, prob. destruct (noisy w); [|lra].
    pose proof (oracle_unbiased sigma sigma_pos (g w)) as U. unfold two_point in U. unfold sign. lra.
  Qed.

  Lemma oracle_spread w : mean_of w (fun i => (oracle w i - g w) ^ 2) <= sigma ^ 2.
  Proof.
    rewrite mean_two. unfold oracle, prob. destruct (noisy w); [|pose proof (pow2_ge_0 sigma); lra].
    pose proof (oracle_variance sigma sigma_pos (g w)) as U. unfold two_point in U. unfold sign.
    replace (1 * amplitude sigma (g w) - g w) with (amplitude sigma (g w) - g w) by ring.
    replace (-1 * amplitude sigma (g w) - g w) with (- amplitude sigma (g w) - g w) by ring. lra.
  Qed.

  Lemma oracle_size w i : Rabs (oracle w i) = size_of w.
  Proof.
    unfold oracle, size_of. destruct (noisy w); [|reflexivity].
    rewrite Rabs_mult, (Rabs_pos_eq (amplitude _ _)) by apply amplitude_nonneg.
    destruct i; unfold sign; [rewrite Rabs_pos_eq by lra | rewrite Rabs_left by lra]; ring.
  Qed.

  Lemma size_square w : size_of w ^ 2 <= g w ^ 2 + sigma ^ 2.
  Proof.
    unfold size_of. destruct (noisy w); [rewrite amplitude_square; lra|].
    rewrite pow2_abs. pose proof (pow2_ge_0 sigma). lra.
  Qed.

  Lemma size_nonneg w : 0 <= size_of w.
  Proof. rewrite <- (oracle_size w 0). apply Rabs_pos. Qed.

  (** What the step is on average, divided by -alpha. *)
  Definition drift_of (w : R) : R := g w + size_of w * w / tau.

  Lemma start_ratio : start / tau = rho.
  Proof. unfold start. field. lra. Qed.

  Lemma contracts_inside w : noisy w = true -> L * (1 - rho) * (w - start) ^ 2 <= (w - start) * drift_of w.
  Proof.
    intros N. unfold drift_of, size_of. rewrite N. set (y := w - start).
    pose proof (amplitude_lipschitz (g w) g0) as Lip. rewrite slope_line in Lip at 2.
    replace (g0 + L * (w - start) - g0) with (L * y) in Lip by (unfold y; ring).
    set (a := amplitude sigma (g w)) in *. set (a0 := amplitude sigma g0) in *.
    assert (Split : (w - start) * (g w + a * w / tau) = L * y ^ 2 + a / tau * y ^ 2 + rho * (y * (a - a0))).
    { rewrite slope_line. replace g0 with (- (a0 * rho)) by (unfold a0; pose proof balance; lra).
      replace (a * w / tau) with (a * y / tau + a * (start / tau)) by (unfold y; field; lra).
      rewrite start_ratio. fold y. field. lra. }
    fold y in Split. rewrite Split.
    assert (P1 : 0 <= a / tau * y ^ 2).
    { apply Rmult_le_pos; [|apply pow2_ge_0]. apply div_nonneg; [apply amplitude_nonneg | exact tau_pos]. }
    assert (P2 : - (L * y ^ 2) <= y * (a - a0)).
    { rewrite Rabs_mult, (Rabs_pos_eq L) in Lip by lra.
      pose proof (Rmult_le_compat_l _ _ _ (Rabs_pos y) Lip) as Q. rewrite <- Rabs_mult in Q.
      replace (Rabs y * (L * Rabs y)) with (L * Rabs y ^ 2) in Q by ring. rewrite pow2_abs in Q.
      pose proof (Rle_abs (- (y * (a - a0)))). rewrite Rabs_Ropp in H. lra. }
    apply (Rmult_le_compat_l rho) in P2; [lra | lra].
  Qed.

  Lemma contracts w : kappa * (w - start) ^ 2 <= (w - start) * drift_of w.
  Proof.
    pose proof gap_pos as HD. pose proof (pow2_ge_0 (w - start)) as Sq.
    assert (K : kappa * (w - start) ^ 2 <= L * (1 - rho) * (w - start) ^ 2).
    { apply Rmult_le_compat_r; [exact Sq|]. unfold kappa.
      pose proof (Rmult_lt_0_compat L (1 - rho) L_pos ltac:(lra)). lra. }
    destruct (noisy w) eqn:N; [apply Rle_trans with (1 := K); now apply contracts_inside|].
    unfold drift_of, size_of. rewrite N. unfold noisy in N.
    assert (G : g w = L * (w - start - D)) by (unfold g, slope_at; ring).
    destruct (Rle_dec (start - D) w) as [Low|Low];
      [destruct (Rle_dec w (start + 2 * D)) as [High|High]; [discriminate|]|].
    - (* above the window the slope is positive and takes the weight down *)
      set (y := w - start) in *. assert (Y : 2 * D < y) by (unfold y; lra).
      assert (GP : L * y / 2 <= g w).
      { rewrite G. replace (L * y / 2) with (L * (y / 2)) by field. apply Rmult_le_compat_l; lra. }
      assert (WP : 0 <= w / tau).
      { apply div_nonneg; [|exact tau_pos]. assert (0 < start) by (apply Rmult_lt_0_compat; lra).
        unfold y in Y. lra. }
      assert (GN : 0 <= g w) by (pose proof (Rmult_lt_0_compat L y L_pos ltac:(lra)); lra).
      rewrite (Rabs_pos_eq (g w) GN).
      replace (y * (g w + g w * w / tau)) with (y * g w + y * (g w * (w / tau))) by (field; lra).
      pose proof (Rmult_le_pos y (g w * (w / tau)) ltac:(lra) (Rmult_le_pos _ _ GN WP)).
      pose proof (Rmult_le_compat_l y _ _ ltac:(lra) GP) as Q.
      unfold kappa. pose proof (Rmult_le_pos (L * rho) (y ^ 2) ltac:(apply Rmult_le_pos; lra) Sq). lra.
    - (* below the window it takes the weight up *)
      set (y := w - start) in *. assert (Y : y < - D) by (unfold y; lra).
      assert (GN : g w <= L * y) by (rewrite G; apply Rmult_le_compat_l; lra).
      assert (LY : L * y < 0) by (pose proof (Rmult_lt_0_compat L (- y) L_pos ltac:(lra)); lra).
      rewrite (Rabs_left (g w)) by lra.
      assert (WT : w / tau <= rho).
      { rewrite <- start_ratio. apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat|]. unfold y in Y. lra. }
      replace (y * (g w + - g w * w / tau)) with ((- y) * (- g w) * (1 - w / tau)) by (field; lra).
      assert (P1 : L * y ^ 2 <= (- y) * (- g w)).
      { replace (L * y ^ 2) with ((- y) * (- (L * y))) by ring. apply Rmult_le_compat_l; lra. }
      assert (P2 : L * y ^ 2 * (1 - rho) <= (- y) * (- g w) * (1 - w / tau)).
      { apply Rmult_le_compat; [apply Rmult_le_pos; lra | lra | exact P1 | lra]. }
      lra.
  Qed.

  (** * The run *)

  Variable alpha : R.
  Hypothesis alpha_pos : 0 < alpha.

  Fixpoint weight (h : history) : R :=
    match h with
    | [] => start
    | i :: h => ald tau (weight h) (- alpha * oracle (weight h) i)
    end.

  Lemma moves w i : ald tau w (- alpha * oracle w i) = w - alpha * (oracle w i + size_of w * w / tau).
  Proof.
    rewrite closed_form, Rabs_mult, Rabs_Ropp, (Rabs_pos_eq alpha), oracle_size by lra. field. lra.
  Qed.

  Definition sampled : sampler :=
    Sampler 2 (fun h => prob (weight h)) (fun h => prob_nonneg (weight h)) (fun h => prob_total (weight h)).

  (** Never far from the window, whatever is drawn. *)
  Definition margin : R := 2 * alpha * (2 * L * D + sigma).
  Let m := margin.
  Hypothesis short : alpha * L <= / 2.
  Hypothesis wide : start + 2 * D + m <= tau.

  Lemma margin_pos : 0 < m.
  Proof.
    pose proof gap_pos. unfold m, margin. apply Rmult_lt_0_compat; [lra|].
    pose proof (Rmult_lt_0_compat L D L_pos ltac:(lra)). lra.
  Qed.

  Definition near_window (w : R) : Prop := start - D - m <= w <= start + 2 * D + m.

  Lemma start_pos : 0 < start.
  Proof. apply Rmult_lt_0_compat; lra. Qed.

  Lemma near_abs w : near_window w -> Rabs w <= start + 2 * D + m.
  Proof. intros [A B]. pose proof gap_pos. pose proof start_pos. apply Rabs_le. lra. Qed.

  Lemma near_box w : near_window w -> Rabs w <= tau.
  Proof. intros N. pose proof (near_abs w N). lra. Qed.

  Lemma ratio_range w : near_window w -> -1 <= w / tau <= 1.
  Proof.
    intros N.
    assert (- tau <= w <= tau)
      by (pose proof (near_box w N) as Q; unfold Rabs in Q; destruct (Rcase_abs w); lra).
    split; apply Rmult_le_reg_r with tau; try exact tau_pos; unfold Rdiv; rewrite Rmult_assoc, Rinv_l; lra.
  Qed.

  Lemma stays_near_window w i : near_window w -> near_window (ald tau w (- alpha * oracle w i)).
  Proof.
    intros N. pose proof N as [A B]. pose proof (ratio_range w N) as Ra.
    pose proof gap_pos as HD. pose proof margin_pos as HM.
    rewrite moves. unfold oracle, size_of. pose proof L_pos. set (u := w / tau) in *.
    assert (G : g w = L * (w - start - D)) by (unfold g, slope_at; ring).
    assert (AL : forall z, 0 <= z -> alpha * L * z <= / 2 * z) by (intros; apply Rmult_le_compat_r; assumption).
    destruct (noisy w) eqn:E; unfold noisy in E.
    - destruct (Rle_dec (start - D) w) as [Low|]; [|discriminate].
      destruct (Rle_dec w (start + 2 * D)) as [High|]; [|discriminate].
      set (a := amplitude sigma (g w)).
      assert (Am : 0 <= a <= 2 * L * D + sigma).
      { split; [apply amplitude_nonneg|]. apply root_order.
        - pose proof (Rmult_lt_0_compat L D L_pos HD). lra.
        - unfold a. rewrite amplitude_square, G.
          assert (Gs : (L * (w - start - D)) ^ 2 <= (2 * L * D) ^ 2).
          { replace (2 * L * D) with (L * (2 * D)) by ring. rewrite !Rpow_mult_distr.
            apply Rmult_le_compat_l; [apply pow2_ge_0|]. nra. }
          pose proof (Rmult_lt_0_compat L D L_pos HD).
          pose proof (Rmult_lt_0_compat (L * D) sigma ltac:(lra) sigma_pos). nra. }
      assert (Step : Rabs (sign i * a + a * w / tau) <= 2 * a).
      { replace (sign i * a + a * w / tau) with (a * (sign i + u)) by (unfold u; field; lra).
        rewrite Rabs_mult, (Rabs_pos_eq a), Rmult_comm by lra. apply Rmult_le_compat_r; [lra|].
        apply Rabs_le. destruct i; unfold sign; lra. }
      assert (Far : Rabs (alpha * (sign i * a + a * w / tau)) <= m).
      { rewrite Rabs_mult, (Rabs_pos_eq alpha) by lra. apply Rle_trans with (alpha * (2 * a)).
        - apply Rmult_le_compat_l; lra.
        - unfold m, margin.
          replace (2 * alpha * (2 * L * D + sigma)) with (alpha * (2 * (2 * L * D + sigma))) by ring.
          apply Rmult_le_compat_l; lra. }
      set (z := alpha * (sign i * a + a * w / tau)) in *. unfold near_window.
      unfold Rabs in Far. destruct (Rcase_abs z); lra.
    - destruct (Rle_dec (start - D) w) as [Low|Low].
      + destruct (Rle_dec w (start + 2 * D)) as [High|High]; [discriminate|].
        assert (GN : 0 <= g w) by (rewrite G; apply Rmult_le_pos; lra).
        rewrite (Rabs_pos_eq _ GN).
        replace (alpha * (g w + g w * w / tau)) with (alpha * L * ((w - start - D) * (1 + u)))
          by (rewrite G; unfold u; field; lra).
        assert (Z : 0 <= (w - start - D) * (1 + u) <= 2 * (D + m)).
        { split; [apply Rmult_le_pos; lra|]. rewrite Rmult_comm. apply Rmult_le_compat; lra. }
        pose proof (AL _ (proj1 Z)). assert (0 <= alpha * L * ((w - start - D) * (1 + u)))
          by (apply Rmult_le_pos; [apply Rmult_le_pos; lra | apply Z]).
        unfold near_window. lra.
      + assert (GN : g w < 0)
          by (rewrite G; pose proof (Rmult_lt_0_compat L (D - (w - start)) L_pos ltac:(lra)); lra).
        rewrite (Rabs_left _ GN).
        replace (alpha * (g w + - g w * w / tau)) with (- (alpha * L * ((start + D - w) * (1 - u))))
          by (rewrite G; unfold u; field; lra).
        assert (Z : 0 <= (start + D - w) * (1 - u) <= 2 * (2 * D + m)).
        { split; [apply Rmult_le_pos; lra|]. rewrite Rmult_comm. apply Rmult_le_compat; lra. }
        pose proof (AL _ (proj1 Z)). assert (0 <= alpha * L * ((start + D - w) * (1 - u)))
          by (apply Rmult_le_pos; [apply Rmult_le_pos; lra | apply Z]).
        unfold near_window. lra.
  Qed.

  Lemma always_near h : near_window (weight h).
  Proof.
    induction h as [|i h IH].
    - pose proof gap_pos. pose proof margin_pos. unfold near_window. simpl. lra.
    - simpl. now apply stays_near_window.
  Qed.

  (** * Mean-square distance from the start *)

  Definition energy : R := 8 * g0 ^ 2 + 4 * sigma ^ 2.
  Let C := energy.
  Hypothesis small : alpha * (8 * L ^ 2) <= kappa.

  Lemma kappa_pos : 0 < kappa.
  Proof. unfold kappa. pose proof (Rmult_lt_0_compat L (1 - rho) L_pos ltac:(lra)). lra. Qed.

  Lemma one_step w : near_window w ->
    mean_of w (fun i => (ald tau w (- alpha * oracle w i) - start) ^ 2)
    <= (1 - alpha * kappa) * (w - start) ^ 2 + alpha ^ 2 * C.
  Proof.
    intros N. set (y := w - start). set (s := size_of w * w / tau).
    assert (Second : mean_of w (fun i => (oracle w i + s) ^ 2) <= 4 * size_of w ^ 2).
    { apply mean_at_most. intros i. rewrite <- (pow2_abs (oracle w i + s)).
      replace (4 * size_of w ^ 2) with ((2 * size_of w) ^ 2) by ring. apply pow_incr. split; [apply Rabs_pos|].
      apply Rle_trans with (1 := Rabs_triang _ _). rewrite oracle_size.
      assert (Rabs s <= size_of w).
      { unfold s. replace (size_of w * w / tau) with (size_of w * (w / tau)) by (field; lra).
        rewrite Rabs_mult, (Rabs_pos_eq (size_of w)) by apply size_nonneg.
        rewrite <- (Rmult_1_r (size_of w)) at 2. apply Rmult_le_compat_l; [apply size_nonneg|].
        apply Rabs_le. pose proof (ratio_range w N). lra. }
      lra. }
    assert (E : mean_of w (fun i => (ald tau w (- alpha * oracle w i) - start) ^ 2)
      = y ^ 2 - 2 * alpha * (y * drift_of w) + alpha ^ 2 * mean_of w (fun i => (oracle w i + s) ^ 2)).
    { pose proof (oracle_mean w) as Mean. rewrite mean_two in Mean. rewrite !mean_two, !moves. fold s.
      pose proof (prob_total w) as T. simpl in T.
      unfold drift_of. fold s. rewrite <- Mean.
      replace (prob w 1) with (1 - prob w 0) by lra. unfold y. ring. }
    rewrite E.
    pose proof (contracts w) as Co. fold y in Co.
    pose proof (size_square w) as Sz. rewrite slope_line in Sz. fold y in Sz.
    assert (Sp : (g0 + L * y) ^ 2 <= 2 * g0 ^ 2 + 2 * L ^ 2 * y ^ 2) by (pose proof (pow2_ge_0 (g0 - L * y)); lra).
    assert (Q : alpha ^ 2 * mean_of w (fun i => (oracle w i + s) ^ 2)
      <= alpha ^ 2 * (8 * L ^ 2 * y ^ 2 + C)).
    { apply Rmult_le_compat_l; [apply pow2_ge_0|]. unfold C, energy. lra. }
    assert (Q2 : alpha * (alpha * (8 * L ^ 2)) * y ^ 2 <= alpha * kappa * y ^ 2).
    { apply Rmult_le_compat_r; [apply pow2_ge_0|]. apply Rmult_le_compat_l; lra. }
    apply (Rmult_le_compat_l (2 * alpha)) in Co; [|lra]. lra.
  Qed.

  Lemma mean_square_distance k : mean sampled k (fun h => (weight h - start) ^ 2) <= alpha * C / kappa.
  Proof.
    pose proof kappa_pos as KP.
    assert (CP : 0 <= C) by (unfold C, energy; pose proof (pow2_ge_0 g0); pose proof (pow2_ge_0 sigma); lra).
    assert (Small : alpha * kappa <= 1).
    { assert (kappa <= L) by (unfold kappa; nra). pose proof (Rmult_le_compat_l alpha _ _ ltac:(lra) H). lra. }
    induction k as [|k IH].
    - simpl. replace ((start - start) * ((start - start) * 1)) with 0 by ring.
      apply div_nonneg; [apply Rmult_le_pos; lra | exact KP].
    - simpl (mean sampled (S k) _).
      apply Rle_trans with (mean sampled k (fun h => alpha ^ 2 * C + (1 - alpha * kappa) * (weight h - start) ^ 2)).
      + apply mean_le. intros h _. pose proof (one_step (weight h) (always_near h)) as St.
        change (mean_of (weight h) (fun i => (ald tau (weight h) (- alpha * oracle (weight h) i) - start) ^ 2)
          <= alpha ^ 2 * C + (1 - alpha * kappa) * (weight h - start) ^ 2). lra.
      + rewrite mean_plus, (mean_const sampled k (alpha ^ 2 * C)), mean_scal.
        apply (Rmult_le_compat_l (1 - alpha * kappa)) in IH; [|lra].
        replace (alpha * C / kappa) with (alpha ^ 2 * C + (1 - alpha * kappa) * (alpha * C / kappa)) by (field; lra).
        lra.
  Qed.

  (** So the squared gradient stays near the floor, at all times. *)
  Lemma mean_square_slope k t : 0 < t ->
    (1 - t) * floor rho sigma - L ^ 2 * (alpha * C / kappa) / t <= mean sampled k (fun h => g (weight h) ^ 2).
  Proof.
    intros Ht. rewrite <- floor_is_slope.
    apply Rle_trans with
      (mean sampled k (fun h => (1 - t) * g0 ^ 2 + (- (L ^ 2 / t)) * (weight h - start) ^ 2)).
    - rewrite mean_plus, (mean_const sampled k ((1 - t) * g0 ^ 2)), mean_scal.
      pose proof (mean_square_distance k) as B.
      apply (Rmult_le_compat_l (L ^ 2 / t)) in B;
        [|apply div_nonneg; [apply pow2_ge_0 | exact Ht]].
      replace (L ^ 2 * (alpha * C / kappa) / t) with (L ^ 2 / t * (alpha * C / kappa))
        by (field; pose proof kappa_pos; lra). lra.
    - apply mean_le. intros h _. rewrite slope_line. set (y := L * (weight h - start)).
      replace (L ^ 2 / t * (weight h - start) ^ 2) with (y ^ 2 / t) by (unfold y; field; lra).
      replace (- (L ^ 2 / t) * (weight h - start) ^ 2) with (- (y ^ 2 / t)) by (unfold y; field; lra).
      apply Rmult_le_reg_l with t; [exact Ht|].
      replace (t * ((1 - t) * g0 ^ 2 + - (y ^ 2 / t))) with (t * g0 ^ 2 - t ^ 2 * g0 ^ 2 - y ^ 2) by (field; lra).
      pose proof (pow2_ge_0 (t * g0 + y)). pose proof (Rmult_le_pos t (y ^ 2) ltac:(lra) (pow2_ge_0 y)). lra.
  Qed.

  (** * The instance as the library sees it *)

  Definition value_at (w : line_space) : R := L / 2 * (at0 w - (start + D)) ^ 2.
  Definition gradient_at (w : line_space) : line_space := put (g (at0 w)).
  Definition answers (w : line_space) (i : nat) : line_space := put (oracle (at0 w) i).
  Definition weights_at (h : history) : line_space := put (weight h).

  Lemma value_gradient : has_gradient (fun _ => True) value_at gradient_at.
  Proof.
    intros w u t _ eps He. set (c := L / 2 * at0 u ^ 2).
    exists (mkposreal (eps / (Rabs c + 1)) (Rdiv_lt_0_compat _ _ He (Rle_lt_0_plus_1 _ (Rabs_pos c)))).
    intros h Hh Small.
    replace ((value_at (line w u (t + h)) - value_at (line w u t)) / h - inner (gradient_at (line w u t)) u)
      with (c * h).
    - simpl in Small. rewrite Rabs_mult. pose proof (Rabs_pos c). pose proof (Rabs_pos h).
      apply Rmult_lt_compat_r with (r := Rabs c + 1) in Small; [|lra].
      unfold Rdiv in Small. rewrite Rmult_assoc, Rinv_l in Small by lra. lra.
    - rewrite inner_one. unfold c, value_at, gradient_at, line, at0, put, g, slope_at. simpl. field. exact Hh.
  Qed.

  Lemma value_smooth : lipschitz (fun _ => True) gradient_at L.
  Proof.
    intros w z _ _. rewrite !norm_line. rewrite <- (Rabs_pos_eq L) at 1 by lra. rewrite <- Rabs_mult.
    apply Req_le. f_equal. unfold gradient_at, minus, at0, put, g, slope_at. simpl. ring.
  Qed.

  Lemma value_start : value_at (weights_at []) = floor rho sigma / (2 * L).
  Proof.
    rewrite <- floor_is_slope, <- slope_start. unfold value_at, weights_at, at0, put, g, slope_at. simpl weight.
    field. lra.
  Qed.

  Lemma instance_meets rho' : start + 2 * D + m <= rho' * tau ->
    meets_assumptions sampled value_at gradient_at answers weights_at alpha tau rho' L sigma.
  Proof.
    intros Sat. split; [intros h i k c; reflexivity|]. split; [exact value_gradient|].
    split; [exact value_smooth|]. split.
    { intros w. unfold value_at. apply Rmult_le_pos; [lra | apply pow2_ge_0]. }
    split; [intros h k c; exact (oracle_mean (weight h))|]. split.
    - intros h. apply Rle_trans with (2 := oracle_spread (weight h)), Req_le.
      change (given sampled h (fun i => norm (minus (answers (weights_at h) i) (gradient_at (weights_at h))) ^ 2)
        = given sampled h (fun i => (oracle (weight h) i - g (weight h)) ^ 2)).
      apply apply_ext. intros i _. rewrite norm_line, pow2_abs.
      unfold answers, gradient_at, weights_at, minus, at0, put. simpl. ring.
    - intros h k c. apply Rle_trans with (2 := Sat). exact (near_abs _ (always_near h)).
  Qed.

  Lemma instance_average K t : (0 < K)%nat -> 0 < t ->
    (1 - t) * floor rho sigma - L ^ 2 * (alpha * C / kappa) / t
    <= average_squared_gradient sampled 1 one K gradient_at weights_at.
  Proof.
    intros HK Ht. unfold average_squared_gradient, mean_squared_gradient.
    assert (KP : 0 < INR K) by (apply lt_0_INR, HK).
    apply Rmult_le_reg_l with (INR K); [exact KP|]. rewrite <- Rmult_assoc, Rinv_r, Rmult_1_l by lra.
    rewrite <- sum_const. apply sum_le. intros k _.
    rewrite (mean_ext sampled k _ (fun h => g (weight h) ^ 2)); [now apply mean_square_slope|].
    intros h. rewrite inner_one. unfold gradient_at, weights_at, at0, put. ring.
  Qed.
End instance.

(** * The limit *)

(** tau, the objective and the start depend on eps alone: Delta = floor/(2 L) stays while alpha -> 0, K -> infinity. *)
Theorem floor_attained L sigma rho eps :
  0 < L -> 0 < sigma -> 0 < rho < 1 -> 0 < eps ->
  exists tau f grad alpha0, 0 < tau /\ 0 < alpha0 /\
    forall alpha, 0 < alpha <= alpha0 ->
      exists P sample_gradient W,
        meets_assumptions P f grad sample_gradient W alpha tau (rho + eps) L sigma /\
        f (W []) = floor rho sigma / (2 * L) /\
        forall K, (0 < K)%nat -> floor rho sigma - eps <= average_squared_gradient P 1 one K grad W.
Proof.
  intros HL Hs Hr He.
  pose proof (gap_pos L sigma rho HL Hs Hr) as HD. set (D := gap L sigma rho) in *.
  set (e := Rmin eps (1 - rho)).
  assert (E : 0 < e /\ e <= eps /\ e <= 1 - rho).
  { unfold e. split; [apply Rmin_glb_lt; lra|]. split; [apply Rmin_l | apply Rmin_r]. }
  destruct E as (Ep & E1 & E2).
  pose proof (Rmult_lt_0_compat L D HL HD) as LD.
  set (reach := 2 * D + 2 * (2 * L * D + sigma)).
  assert (RP : 0 < reach) by (unfold reach; lra).
  set (tau := reach / e).
  assert (TP : 0 < tau) by (apply Rdiv_lt_0_compat; assumption).
  assert (TE : e * tau = reach) by (unfold tau; field; lra).
  set (kappa := L * (1 - rho) / 2).
  assert (KP : 0 < kappa) by (unfold kappa; pose proof (Rmult_lt_0_compat L (1 - rho) HL ltac:(lra)); lra).
  set (C := energy sigma rho).
  assert (S2 : 0 < sigma ^ 2) by (apply pow_lt; exact Hs).
  assert (CP : 0 < C).
  { unfold C, energy. pose proof (pow2_ge_0 (- (rho * sigma / sqrt (1 - rho ^ 2)))). lra. }
  assert (L2 : 0 < L ^ 2) by (apply pow_lt; exact HL).
  assert (Fl : 0 <= floor rho sigma).
  { unfold floor. apply div_nonneg; [apply Rmult_le_pos; apply pow2_ge_0 | nra]. }
  set (t := eps / (2 * (floor rho sigma + 1))).
  assert (Ht : 0 < t) by (apply Rdiv_lt_0_compat; lra).
  set (a1 := / (2 * L)). set (a2 := kappa / (8 * L ^ 2)). set (a3 := eps * t * kappa / (2 * L ^ 2 * C)).
  assert (A1 : 0 < a1) by (apply Rinv_0_lt_compat; lra).
  assert (A2 : 0 < a2) by (apply Rdiv_lt_0_compat; lra).
  assert (A3 : 0 < a3).
  { apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat; [apply Rmult_lt_0_compat|]; lra|].
    apply Rmult_lt_0_compat; lra. }
  exists tau, (value_at L sigma tau rho), (gradient_at L sigma tau rho), (Rmin (Rmin 1 a1) (Rmin a2 a3)).
  split; [exact TP|]. split; [repeat apply Rmin_glb_lt; lra|].
  intros alpha [Ap Al].
  assert (B0 : alpha <= 1 /\ alpha <= a1 /\ alpha <= a2 /\ alpha <= a3).
  { pose proof (Rmin_l (Rmin 1 a1) (Rmin a2 a3)). pose proof (Rmin_r (Rmin 1 a1) (Rmin a2 a3)).
    pose proof (Rmin_l 1 a1). pose proof (Rmin_r 1 a1). pose proof (Rmin_l a2 a3). pose proof (Rmin_r a2 a3). lra. }
  destruct B0 as (B0 & B1 & B2 & B3).
  assert (Margin : margin L sigma rho alpha <= 2 * (2 * L * D + sigma)).
  { unfold margin. fold D. rewrite <- (Rmult_1_l (2 * (2 * L * D + sigma))).
    replace (2 * alpha * (2 * L * D + sigma)) with (alpha * (2 * (2 * L * D + sigma))) by ring.
    apply Rmult_le_compat_r; lra. }
  assert (Short : alpha * L <= / 2).
  { apply (Rmult_le_compat_r L) in B1; [|lra]. replace (a1 * L) with (/ 2) in B1 by (unfold a1; field; lra). lra. }
  assert (Small : alpha * (8 * L ^ 2) <= kappa).
  { apply (Rmult_le_compat_r (8 * L ^ 2)) in B2; [|lra].
    replace (a2 * (8 * L ^ 2)) with kappa in B2 by (unfold a2; field; lra). lra. }
  assert (Far : rho * tau + 2 * D + margin L sigma rho alpha <= rho * tau + e * tau) by (rewrite TE; unfold reach; lra).
  assert (Wide : rho * tau + 2 * D + margin L sigma rho alpha <= tau).
  { pose proof (Rmult_le_compat_r tau e (1 - rho) ltac:(lra) E2). lra. }
  assert (Sat : rho * tau + 2 * D + margin L sigma rho alpha <= (rho + eps) * tau).
  { pose proof (Rmult_le_compat_r tau e eps ltac:(lra) E1). lra. }
  exists (sampled L sigma tau rho Hs alpha), (answers L sigma tau rho), (weights_at L sigma tau rho alpha).
  split; [apply instance_meets; assumption|]. split; [apply value_start; assumption|].
  intros K HK.
  apply Rle_trans with (2 := instance_average L sigma tau rho HL Hs TP Hr alpha Ap Short Wide Small K t HK Ht).
  fold C. fold kappa.
  assert (P1 : t * floor rho sigma <= eps / 2).
  { unfold t. apply Rmult_le_reg_r with (2 * (floor rho sigma + 1)); [lra|].
    replace (eps / (2 * (floor rho sigma + 1)) * floor rho sigma * (2 * (floor rho sigma + 1)))
      with (eps * floor rho sigma) by (field; lra).
    pose proof (Rmult_le_pos eps (floor rho sigma) ltac:(lra) Fl). lra. }
  assert (P2 : L ^ 2 * (alpha * C / kappa) / t <= eps / 2).
  { apply (Rmult_le_compat_l (L ^ 2 * C / (kappa * t))) in B3;
      [|apply div_nonneg; [apply Rmult_le_pos; lra | apply Rmult_lt_0_compat; lra]].
    replace (L ^ 2 * C / (kappa * t) * a3) with (eps / 2) in B3 by (unfold a3; field; lra).
    replace (L ^ 2 * (alpha * C / kappa) / t) with (L ^ 2 * C / (kappa * t) * alpha) by (field; lra). exact B3. }
  lra.
Qed.

(** What this says of any analysis: a bound that holds for all such instances, in terms of p = Delta/(alpha K),
    x = alpha L and the saturation, is at least the floor in the limit. *)
Theorem no_lower_floor L sigma rho (bound : R -> R -> R -> R) :
  0 < L -> 0 < sigma -> 0 < rho < 1 ->
  (forall P f grad sample_gradient W alpha tau rho' K, 0 < alpha -> 0 < tau -> (0 < K)%nat ->
    meets_assumptions P f grad sample_gradient W alpha tau rho' L sigma ->
    average_squared_gradient P 1 one K grad W <= bound (f (W []) / (alpha * INR K)) (alpha * L) rho') ->
  forall eps, 0 < eps -> exists alpha0, 0 < alpha0 /\ forall alpha K, 0 < alpha <= alpha0 -> (0 < K)%nat ->
    floor rho sigma - eps <= bound (floor rho sigma / (2 * L) / (alpha * INR K)) (alpha * L) (rho + eps).
Proof.
  intros HL Hs Hr Valid eps He.
  destruct (floor_attained L sigma rho eps HL Hs Hr He) as (tau & f & grad & alpha0 & Ht & Ha & Inst).
  exists alpha0. split; [exact Ha|]. intros alpha K Al HK.
  destruct (Inst alpha Al) as (P & sample_gradient & W & Meets & Start & Avg).
  apply Rle_trans with (1 := Avg K HK). rewrite <- Start.
  apply (Valid P f grad sample_gradient W alpha tau); auto. lra.
Qed.

Print Assumptions no_lower_floor.
